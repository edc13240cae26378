"""A new model is first tried in a process of its own, with limits: what kills that one can't kill the daemon."""
