"""Which image is being decoded: remembered on disk before, so that none ends the daemon again and again.

An image may be made to crash a decoder, or to take more memory than there is. What is being decoded when the
process ends is suspected: it gets one more chance, since a power cut or a kill hits the innocent too. If the
process ends once more, it is left out.
"""

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

CHANCES = 2
_MOST_SUSPECTS = 8
_LINE = 19
"""Bytes of a line: 16 of the fingerprint, a space, the count, a line feed."""


class CrashSuspects:
    """Kept in one small file that is written in place, by one call that a kill can't cut in half.

    It is not synced: a power cut may forget it, and then that image is no suspect. `path` None, or a file
    that can't be written: in memory only.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None
        self._tries = {} if path is None else _read(path)

    def begin(self, mark: str) -> int:
        """This image is about to be decoded: the how manieth time? Above CHANCES: it must not be."""
        tries = self._tries.pop(mark, 0) + 1
        self._tries[mark] = min(tries, CHANCES)
        while len(self._tries) > _MOST_SUSPECTS:
            del self._tries[next(iter(self._tries))]
        if tries <= CHANCES:
            self._write()
        return tries

    def end(self, mark: str) -> None:
        """It was decoded, or refused, or left out."""
        self._tries.pop(mark, None)
        self._write()

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self) -> None:
        if self._path is None:
            return
        lines = "".join(f"{mark} {tries}\n" for mark, tries in self._tries.items())
        try:
            if self._file is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
            os.pwrite(self._file, lines.encode().ljust(_MOST_SUSPECTS * _LINE), 0)
        except OSError as error:
            log.warning(
                "%s: can't be written: %s. A picture that ends the daemon will be given again. Make room.",
                self._path, error.strerror or error,
            )  # fmt: skip
            self._path = None


def _read(path: Path) -> dict[str, int]:
    try:
        lines = path.read_bytes()[: _MOST_SUSPECTS * _LINE].decode("ascii", "replace").splitlines()
    except OSError:
        return {}
    tries = {}
    for mark, _, count in (line.partition(" ") for line in lines):
        if len(mark) == 16 and count in ("1", "2"):
            tries[mark] = int(count)
    return tries
