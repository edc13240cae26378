"""The cameras: their capture threads, which of their views get frames, and what is done for one that is lost."""
