"""What `calibrate` stands on: images of known labels, a model run over them, and what is written of it."""
