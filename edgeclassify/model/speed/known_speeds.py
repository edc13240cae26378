"""How fast models have run here, so that it is measured once: a small file."""

from collections.abc import Mapping
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
"""So many measurings count even where each of them was disturbed: it is like that here."""

Ways = Mapping[str, float | None]
"""Milliseconds of an invoke, by the way in which it ran ("litert 2.3.0, 2 threads"); None: it can't be run so."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a model. `measurings`: how many times; one that nothing disturbed counts as ENOUGH."""

    ways: Ways = field(default_factory=dict)
    measurings: int = 0

    @property
    def is_settled(self) -> bool:
        """True where it may be gone by."""
        return self.measurings >= ENOUGH


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

        Of two figures of one way the lower one counts.
        """
        entries = dict(self._file.read() or {})
        before = entries.pop(_key(sha256, place), Measured())
        together = dict(before.ways)
        for way, ms in ways.items():
            known = together.pop(way, None)
            together[way] = ms if known is None else known if ms is None else min(ms, known)
        measurings = max(before.measurings, ENOUGH) if is_calm else before.measurings + 1
        now = Measured(dict(list(together.items())[-MOST_WAYS:]), measurings)
        entries[_key(sha256, place)] = now
        kept = list(entries.items())[-MOST:]
        self._file.write({key: {"measurings": one.measurings, "ms": one.ways} for key, one in kept})
        return now


def _entries(document: Any) -> dict[str, Measured]:
    return {str(key): _measured(entry) for key, entry in document.items()}


def _measured(entry: Any) -> Measured:
    measurings, ways = entry["measurings"], {}
    if isinstance(measurings, bool) or not isinstance(measurings, int):
        raise TypeError
    for way, ms in entry["ms"].items():
        # JSON knows NaN and true; neither is a time.
        if ms is not None and not (isinstance(ms, int | float) and not isinstance(ms, bool) and 0 < ms < 1e9):
            raise ValueError
        ways[str(way)] = ms
    return Measured(ways, measurings)


def _key(sha256: str, place: str) -> str:
    return f"{sha256} {place}"
