"""Since when something has been true without a break."""

NS_PER_S = 1_000_000_000


class Timer:
    """Counts for one subject at a time (a class index). Times in nanoseconds of any one time line."""

    def __init__(self) -> None:
        self._subject: int | None = None
        self._since_ns = 0

    def held_ns(self, subject: int | None, now_ns: int) -> int | None:
        """How long `subject` has held by now; None starts over and is answered with None.

        Time that runs back (files out of their order) starts over, too.
        """
        if subject is None or subject != self._subject or now_ns < self._since_ns:
            self._subject, self._since_ns = subject, now_ns
        return None if subject is None else now_ns - self._since_ns
