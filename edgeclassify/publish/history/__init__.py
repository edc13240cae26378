"""The history as a sink: the node's events, on its own disk. `desk`: where it is asked; `sink`: what keeps it."""
