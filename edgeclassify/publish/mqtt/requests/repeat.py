"""Something that is done again whenever somebody asks for it, and anybody may ask."""

REPEAT_S, REPEAT_MAX_S = 1.0, 60.0
"""Between two answers to the same thing; while it goes on this doubles. Anybody may write on `status`."""


class Repeat:
    """Something that is done again when somebody asks for it, however often: at growing distances, and always
    after the last time that it was asked for."""

    def __init__(self) -> None:
        self._due: float | None = None
        self._pause_s = REPEAT_S
        self._last = float("-inf")

    def ask(self, now: float, delay_s: float = 0.0) -> None:
        """Ask for it, in `delay_s` at the earliest."""
        due = max(now + delay_s, self._last + self._pause_s)
        self._due = due if self._due is None else min(self._due, due)

    def take(self, now: float) -> bool:
        """True where it is due, which is told once."""
        if self._due is None or now < self._due:
            return False
        quiet = now - self._last > 10 * self._pause_s
        self._pause_s = REPEAT_S if quiet else min(2 * self._pause_s, REPEAT_MAX_S)
        self._due, self._last = None, now
        return True
