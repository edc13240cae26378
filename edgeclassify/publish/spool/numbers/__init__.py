"""The event numbers: each is given once, whatever the disk loses."""
