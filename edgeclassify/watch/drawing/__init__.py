"""A board as it looks on a terminal: `screen` draws it, as a `table` of many nodes or one node in `detail`."""
