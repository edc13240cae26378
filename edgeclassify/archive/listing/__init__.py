"""What an archive holds: SOURCE… → every image once, in batches of one camera, listed in a file of its own."""
