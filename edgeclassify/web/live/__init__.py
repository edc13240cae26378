"""What is now: what sinks are told, kept and passed on to whoever looks."""
