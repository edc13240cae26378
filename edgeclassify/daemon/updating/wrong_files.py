"""Files that are not as they were signed: not fetched again at each look, but after more and more of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.updates.interface import UpdateError

MOST_SKIPPED = 64


@dataclass(frozen=True, slots=True)
class _Wrong:
    """`left`: looks that pass it over; `pause`: how many did so last; `text`: what was wrong."""

    left: int
    pause: int
    text: str


class WrongFiles:
    """Of one node. Whoever puts the right one there and reloads the daemon waits for nothing: clear()."""

    def __init__(self) -> None:
        self._wrong: dict[tuple[str, str], _Wrong] = {}

    def clear(self) -> None:
        """Fetch all of them again."""
        self._wrong = {}

    @contextmanager
    def minding(self, url: str, sha256: str) -> Iterator[None]:
        """Around fetching that file. Raises UpdateError, also in place of fetching it anew: after it was wrong
        1, 2, 4, … looks pass it over."""
        known = self._wrong.get((url, sha256))
        if known is not None and known.left:
            self._wrong = {(url, sha256): _Wrong(known.left - 1, known.pause, known.text)}
            raise UpdateError(known.text)
        try:
            yield
        except UpdateError as error:
            pause = 1 if known is None else min(known.pause * 2, MOST_SKIPPED)
            self._wrong = {(url, sha256): _Wrong(pause, pause, str(error))}
            raise
