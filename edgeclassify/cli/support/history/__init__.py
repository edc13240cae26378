"""Where a history is asked, and how: shared by what the command shows."""
