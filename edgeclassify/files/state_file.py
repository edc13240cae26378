"""A small JSON file that outlives the process: read at the start, replaced as a whole when something changes."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from edgeclassify.files.plain import read_plain_file, replace_file, set_aside
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.once import Once

log = logging.getLogger(__name__)

MOST_BYTES = 1_000_000
_DAMAGES = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What JSON and the taking of its content raise where it is not what was written."""

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class StateFileTexts:
    """What people are told of a state file, behind its path.

    `unread`, `unwritten`: what follows from it. `damaged`: the whole text, in which {size} stands for the bytes
    that were found, {reason} for what is wrong, and {aside} for what has become of the file. Where that is not
    asked for, a damaged file stays until it is replaced.
    """

    unread: str
    damaged: str
    unwritten: str


class StateFile(Generic[State]):
    """`path` None: nothing is kept. `take` makes a state of a JSON document, and raises for a damaged one.

    `texts` None: what goes wrong is no news to anybody. A file that can't be written is said once, and once that
    it is written again. Not thread-safe.
    """

    def __init__(
        self,
        path: Path | None,
        take: Callable[[Any], State],
        texts: StateFileTexts | None,
        *,
        most_bytes: int = MOST_BYTES,
        indent: int = 1,
    ) -> None:
        self._path, self._take, self._texts = path, take, texts
        self._most_bytes, self._indent = most_bytes, indent
        self._unwritable = Once()

    def read(self) -> State | None:
        """What was written last; None where there is nothing, or nothing of use, which is said."""
        if self._path is None:
            return None
        content = b""
        try:
            content = read_plain_file(self._path, self._most_bytes)
            if len(content) > self._most_bytes:
                raise ValueError(f"expected at most {self._most_bytes} bytes")
            return self._take(json.loads(content))
        except FileNotFoundError:
            return None
        except OSError as error:
            if self._texts is not None:
                reason = error.strerror or error
                log.warning("%s: can't be read: %s. %s", self._path, reason, self._texts.unread)
        except _DAMAGES as error:
            if self._texts is not None:
                aside = set_aside(self._path) if "{aside}" in self._texts.damaged else ""
                said = self._texts.damaged.format(size=len(content), reason=error, aside=aside)
                log.warning("%s: %s", self._path, said)
        return None

    def write(self, document: object) -> bool:
        """Replace it; False where that could not be done."""
        if self._path is None:
            return False
        try:
            replace_file(self._path, json.dumps(document, indent=self._indent).encode())
        except OSError as error:
            self._say_unwritable(self._path, error)
            return False
        if self._unwritable.is_over():
            log.info("%s: written again", self._path)
        return True

    def _say_unwritable(self, path: Path, error: OSError) -> None:
        reason = error.strerror or error
        if self._texts is None:
            log.debug("%s: can't be written: %s", path, reason)
        elif self._unwritable.is_news():
            log.warning("%s: can't be written: %s. %s", path, reason, self._texts.unwritten)
