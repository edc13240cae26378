"""The daemon as a process: what signals ask for, and what the service manager is told."""
