"""What is listed, done and written of an archive: on disk, so that it goes on where it was killed."""
