"""While the daemon runs: what its deciders get is noted and written, and they never wait for it."""
