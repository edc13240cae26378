"""A camera that needs no hardware: a moving test pattern, or an image, with faults by script."""
