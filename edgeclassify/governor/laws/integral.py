"""What closed loops share: a wish that grows while there is too much of something, and shrinks else."""


class Integral:
    """Octaves, between 0 and the most that have an effect: nothing would come of more but a late return."""

    def __init__(self) -> None:
        self.octaves = 0.0

    def move(self, by: float, most: float) -> float:
        """By so many octaves; returns how many there are then."""
        self.octaves = min(max(0.0, self.octaves + by), max(0.0, most))
        return self.octaves
