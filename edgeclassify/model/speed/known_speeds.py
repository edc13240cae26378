"""How fast models have run here, so that it is measured once: a small file."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from edgeclassify.files import StateFile
from edgeclassify.lazy_dataclass import dataclass

FILE_NAME = "model-speeds.json"
MOST = 100
"""Models of which it is remembered; the oldest are forgotten."""
MOST_WAYS = 32
"""Ways of one model that are remembered: runtimes of other versions make room for those here."""
ENOUGH = 3
"""Measurings, at a start each, of which one was undisturbed. So many times at most is asked for a figure that
can't be had."""
ENOUGH_DISTURBED = 8
"""Where each of them was disturbed: it is like that here."""

Ways = Mapping[str, float | None]
"""Milliseconds of an invoke, by the way in which it ran ("litert 2.3.0, 2 threads"); None: it can't be run so."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a model. `measurings`: how many times, `calm`: those of them that nothing disturbed.
    `missed`: by way, how many times its figure could not be had for want of time or memory."""

    ways: Ways = field(default_factory=dict)
    measurings: int = 0
    calm: int = 0
    missed: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_settled(self) -> bool:
        """True where it need not be measured again."""
        return self.measurings >= (ENOUGH if self.calm else ENOUGH_DISTURBED)

    @property
    def decides(self) -> bool:
        """True where it may be gone by, the number of threads aside."""
        return self.is_settled or self.calm > 0

    @property
    def decides_threads(self) -> bool:
        """True where it tells how many threads are quickest. Beside other work it does not: a run in several waits
        for the slowest of them, which says more of that work than of the model."""
        return self.calm > 0

    def is_open(self, way: str) -> bool:
        """True for a way whose figure is still to be asked for."""
        return way not in self.ways and self.missed.get(way, 0) < ENOUGH


class KnownSpeeds:
    """What was measured, by model (checksum) and place (a board), in a file. `path` None: nothing is remembered.

    A file that is damaged or can't be written is no news: it is measured again.
    """

    def __init__(self, path: Path | None) -> None:
        self._file = StateFile(path, _entries, texts=None, indent=0)

    def of(self, sha256: str, place: str) -> Measured:
        """What is known of a model in this place."""
        return (self._file.read() or {}).get(_key(sha256, place), Measured())

    def add(self, sha256: str, place: str, ways: Ways, *, is_calm: bool) -> Measured:
        """These were measured, and nothing disturbed that (`is_calm`): what is known of the model now.

        Of two figures of one way the lower one counts. Where none of these ways was known, their runtime is new
        here: counting begins anew.
        """
        before = self.of(sha256, place)
        is_new = not any(way in before.ways for way in ways)
        measurings, calm = (0, 0) if is_new else (before.measurings, before.calm)
        now = Measured(_together(before.ways, ways), measurings + 1, calm + is_calm, before.missed)
        return self._put(sha256, place, now)

    def add_others(self, sha256: str, place: str, ways: Ways, missed: Iterable[str]) -> Measured:
        """The same of another runtime, which counts as no measuring. `missed`: those not to be had."""
        before = self.of(sha256, place)
        counts = dict(before.missed)
        for way in missed:
            counts[way] = counts.pop(way, 0) + 1
        counts = dict(list(counts.items())[-MOST_WAYS:])
        now = Measured(_together(before.ways, ways), before.measurings, before.calm, counts)
        return self._put(sha256, place, now)

    def _put(self, sha256: str, place: str, now: Measured) -> Measured:
        entries = dict(self._file.read() or {})
        entries.pop(_key(sha256, place), None)
        entries[_key(sha256, place)] = now
        kept = list(entries.items())[-MOST:]
        self._file.write({key: _document(one) for key, one in kept})
        return now


def _together(before: Ways, ways: Ways) -> Ways:
    together = dict(before)
    for way, ms in ways.items():
        known = together.pop(way, None)
        together[way] = ms if known is None else known if ms is None else min(ms, known)
    return dict(list(together.items())[-MOST_WAYS:])


def _document(one: Measured) -> dict[str, Any]:
    return {"measurings": one.measurings, "calm": one.calm, "ms": one.ways, "missed": one.missed}


def _entries(document: Any) -> dict[str, Measured]:
    return {str(key): _measured(entry) for key, entry in document.items()}


def _measured(entry: Any) -> Measured:
    ways: dict[str, float | None] = {}
    for way, ms in entry["ms"].items():
        # JSON knows NaN and true; neither is a time.
        if ms is not None and not (isinstance(ms, int | float) and not isinstance(ms, bool) and 0 < ms < 1e9):
            raise ValueError
        ways[str(way)] = ms
    missed = {str(way): _count(times) for way, times in entry["missed"].items()}
    return Measured(ways, _count(entry["measurings"]), _count(entry["calm"]), missed)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


def _key(sha256: str, place: str) -> str:
    return f"{sha256} {place}"
