"""Driving a source: the capture thread, its restart ladder, what counts as a new frame, and the hand-off."""
