"""The next frame is prepared while one is inferred: who infers, in which order it is concluded, when it pays."""
