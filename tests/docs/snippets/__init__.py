"""What the pages tell people to type: read, parsed by the commands themselves, and run."""
