"""Where frames come from: one module per kind of source, and the capture thread that drives them."""
