"""What keeps events until they have arrived: in memory, and on disk."""
