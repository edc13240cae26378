"""The history: a bounded log of the node's events, in an SQLite file that others may read while it is written."""
