"""Whether anything has moved before a fixed camera since the image before."""
