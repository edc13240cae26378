"""Time that passes when the test says so."""


class Clock:
    """Seconds, as time.monotonic() and time.time() give them; the test sets `now`."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
