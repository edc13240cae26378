"""The machine itself: what it is, its clock, heat, power, memory and storage."""
