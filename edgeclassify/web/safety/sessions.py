"""Sessions of browsers that have logged in: kept over restarts, by what can't be turned back into a cookie."""

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgeclassify.files import StateFile
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.web.safety.passwords import token_hash

NAME = "web-sessions.json"
LASTS_S = 30 * 86400.0
RENEWED_S = 86400.0
"""So long after it began, or was renewed, a session that is used is renewed."""
MOST = 50
"""Sessions at a time; the one that ends first goes."""


@dataclass(frozen=True, slots=True)
class Session:
    """`until`: seconds since the epoch. `password`: which one it was begun by; with another it is over."""

    digest: str
    until: float
    password: str


class Sessions:
    """`folder` None: they end with the process. Used by one thread at a time; `write` may take long.

    `clock`: seconds since the epoch. A clock that was set back only makes sessions last longer.
    """

    def __init__(self, folder: Path | None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._file: StateFile[dict[str, Session]] = StateFile(folder / NAME if folder else None, _taken, None)
        self._all = self._file.read() or {}

    def begin(self, password: str) -> str:
        """A new one: the secret for its cookie. `password`: what tells this one from another."""
        secret = secrets.token_urlsafe(32)
        self._put(token_hash(secret), password)
        return secret

    def is_valid(self, secret: str, password: str) -> bool:
        """Whether it was begun, by the password that holds now, and is not over."""
        # A look-up by digest tells nothing by its time: nobody can aim at one.
        found = self._all.get(token_hash(secret))
        return found is not None and found.until > self._clock() and found.password == password

    def renew(self, secret: str) -> bool:
        """Have a valid one last longer, once a day; True where it was done."""
        found = self._all[token_hash(secret)]
        if found.until - self._clock() > LASTS_S - RENEWED_S:
            return False
        self._put(found.digest, found.password)
        return True

    def end(self, secret: str) -> bool:
        """Log out; True where there was one."""
        return self._all.pop(token_hash(secret), None) is not None

    def write(self) -> None:
        """Keep what was changed."""
        document = [
            {"sha256": s.digest, "until": s.until, "password": s.password} for s in list(self._all.values())
        ]
        self._file.write(document)

    def _put(self, digest: str, password: str) -> None:
        now = self._clock()
        kept = [s for s in self._all.values() if s.until > now and s.digest != digest]
        kept = sorted(kept, key=lambda s: s.until)[-(MOST - 1) :]
        self._all = {s.digest: s for s in [*kept, Session(digest, now + LASTS_S, password)]}


def _taken(document: Any) -> dict[str, Session]:
    found = [Session(str(one["sha256"]), float(one["until"]), str(one["password"])) for one in document]
    return {session.digest: session for session in found[-MOST:]}
