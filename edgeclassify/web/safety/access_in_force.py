"""The access file as it holds now: read anew where it was changed, and what is known by it to be right."""

import hashlib
import hmac
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from edgeclassify.errors import PageError
from edgeclassify.files import identity
from edgeclassify.web.safety.access_file import AccessFile, Token, read_access
from edgeclassify.web.safety.passwords import is_password, token_hash

log = logging.getLogger(__name__)

LOOKS_S = 1.0
"""How often it is looked whether the file is another one."""
REMEMBERED = 20
"""Passwords that were right: programs say theirs with every request, and checking one is dear."""
NOBODY = AccessFile()


class AccessInForce:
    """`path` None: there is no place for a file. `is_needed`: nobody may look without a password, file or not.

    Once there was a file a password is needed for as long as the page is served, whatever becomes of the file.
    All but `is_right` is for the server's loop alone. `clock`: seconds that never go back.
    """

    def __init__(self, path: Path | None, *, is_needed: bool, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises PageError where the file can't be used."""
        self._path, self._clock = path, clock
        self._key = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._looked_at, self._seen = clock(), identity(path)
        self._access = (read_access(path) if path else None) or NOBODY
        self._is_needed = is_needed or self._access is not NOBODY

    @property
    def now(self) -> AccessFile:
        """What was read last."""
        return self._access

    @property
    def is_needed(self) -> bool:
        """Whether it must be said who one is."""
        self._look()
        return self._is_needed

    @property
    def password(self) -> str:
        """What tells the password that holds from others; "": nobody has one."""
        self._look()
        kept = self._access.password
        return "" if kept is None else hashlib.sha256(kept.written.encode()).hexdigest()[:32]

    def token(self, said: str) -> Token | None:
        """The token that it is, if any. As quick for a wrong one."""
        self._look()
        digest, found = token_hash(said), None
        for token in self._access.tokens.values():
            if hmac.compare_digest(token.digest.encode(), digest.encode()):
                found = token
        return found

    def is_known(self, said: str) -> bool:
        """Whether a password was found to be right a while ago, and still is."""
        self._look()
        return self._mark(said) in self._right

    def is_right(self, said: str) -> bool:
        """Whether it is the password. Takes a tenth of a second: from a thread of its own."""
        kept = self._access.password
        return kept is not None and is_password(said, kept)

    def remember(self, said: str) -> None:
        """It was right."""
        self._right[self._mark(said)] = None
        if len(self._right) > REMEMBERED:
            self._right.popitem(last=False)

    def _mark(self, said: str) -> bytes:
        # With the hash that it was held against: with another password nothing is known any more.
        return hmac.digest(self._key, f"{self.password}:{said}".encode(errors="replace"), "sha256")

    def _look(self) -> None:
        now = self._clock()
        if self._path is None or now < self._looked_at + LOOKS_S:
            return
        self._looked_at = now
        if (seen := identity(self._path)) == self._seen:
            return
        self._seen = seen
        try:
            self._access = read_access(self._path) or NOBODY
        except PageError as error:
            self._access, self._is_needed = NOBODY, True
            log.error("page: nobody is let in: %s", error)
        else:
            log.info("page: %s was changed: it holds from now on", self._path)
        self._right.clear()
        self._is_needed = self._is_needed or self._access is not NOBODY
