"""What deciders got in the last hours, in memory, and what would have come of it by other rules."""
