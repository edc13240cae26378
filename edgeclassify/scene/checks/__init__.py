"""Is a camera's picture still what its views were set up for? Found from the statistics of each frame."""
