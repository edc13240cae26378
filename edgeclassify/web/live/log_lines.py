"""The last lines of this process's log, kept in memory while the page is there."""

import logging
from collections import deque

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.logs import PlainFormatter

KEPT = 500
MOST_CHARACTERS = 2000
"""Of a line: of a traceback its end, where the reason stands."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """`at`: seconds since the epoch; `level`: debug, info, warning, error, critical."""

    at: float
    level: str
    text: str


class LogLines(logging.Handler):
    """Logged to from any thread, read from any. Drop policy: of more than KEPT lines the oldest go."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(PlainFormatter("%(message)s"))
        self._kept: deque[LogLine] = deque(maxlen=KEPT)

    def start(self) -> None:
        """Keep what is logged from now on."""
        logging.getLogger().addHandler(self)

    def stop(self) -> None:
        """Keep no more."""
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Never raises: who logs must go on."""
        try:
            text = self.format(record)
        except Exception:  # noqa: BLE001 - whatever is logged wrongly: logging tells of it by itself
            self.handleError(record)
            return
        if len(text) > MOST_CHARACTERS:
            text = f"… {text[-MOST_CHARACTERS:]}"
        self._kept.append(LogLine(record.created, record.levelname.lower(), text))

    def last(self, count: int) -> list[LogLine]:
        """The newest lines, at most so many, oldest first."""
        lines = list(self._kept)
        return lines[max(0, len(lines) - count) :]
