"""How long a finding must last before it is a problem, and be gone before it is none: hysteresis in time."""


class Lasting:
    """One finding of one camera over time. It begins after `enter_s` seconds and ends after `exit_s` without.

    Seconds count for it while it is found and against it while it is not, so that a single frame that differs
    begins nothing anew. However far apart frames are, at least LEAST_FRAMES of them are needed either way.
    """

    LEAST_FRAMES = 3

    def __init__(self, enter_s: float, exit_s: float) -> None:
        self._enter_s, self._exit_s = enter_s, exit_s
        self._filled = 0.0
        self.active = False
        """True from its begin to its end."""

    def note(self, found: bool | None, elapsed_s: float) -> bool:
        """One frame, so long after the one before; None: this one can't tell. Returns `active`."""
        if found is None:
            return self.active
        step = elapsed_s / (self._enter_s if found else self._exit_s)
        step = min(step, 1 / self.LEAST_FRAMES)
        self._filled = min(1.0, max(0.0, self._filled + (step if found else -step)))
        if self._filled >= 1 - 1e-9:
            self.active = True
        elif self._filled <= 1e-9:
            self.active = False
        return self.active

    def forget(self) -> None:
        """Nothing of before counts."""
        self._filled, self.active = 0.0, False
