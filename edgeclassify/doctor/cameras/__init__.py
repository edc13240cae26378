"""Cameras: the software for them, the rights to them, which are there, and whether those of the config work."""
