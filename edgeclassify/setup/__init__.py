"""The first config, by questions: each answer is tried as it is given."""
