"""What is wrong with this machine, its cameras, its broker or its service, and what to do about it."""
