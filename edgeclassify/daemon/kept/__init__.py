"""What survives a restart: the state as a whole, options that were set, and what is open in the views."""
