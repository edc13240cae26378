"""What the first bytes of an image file say: kind, size, which way up, whether it is whole."""
