"""Images for people: a frame with its caption, as JPEG."""
