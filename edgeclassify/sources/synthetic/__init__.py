"""A camera that needs no hardware: a moving test pattern, or a picture, with faults by script."""
