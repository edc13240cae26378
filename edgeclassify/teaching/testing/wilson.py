"""How far a share that was found may be from the true one, by chance alone."""

import math

_Z = 1.959964
"""Of the normal distribution, for 95 %."""


def wilson_interval(right: int, count: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share, 0-1 (Wilson 1927); all of it where nothing was counted."""
    if not count:
        return 0.0, 1.0
    share, z2 = right / count, _Z**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    reach = _Z / (1 + z2 / count) * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)
