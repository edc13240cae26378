"""Passwords and tokens: made at random, kept as what can be checked but not turned back, compared in even time.

A password has few letters, so guessing is made dear: scrypt (RFC 7914). A token is 256 random bits, which nobody
guesses: SHA-256 will do.
"""

import base64
import hashlib
import hmac
import secrets

from edgeclassify.lazy_dataclass import dataclass

TOKEN_MARK = "ect_"
"""What a token begins with, so that it is known as one where it lies about."""
LEAST_LETTERS = 8
MOST_LETTERS = 256
"""Of a password: longer ones would only cost time."""
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without 0, o, 1, i and l, which people mistake on a phone
_GROUPS, _GROUP = 4, 4
_COST, _BLOCK, _LANES = 2**14, 8, 1
_MOST_COST, _MOST_BLOCK, _MOST_LANES = 2**17, 16, 4
_MEMORY = 192 * 1024 * 1024
_SALT = 16


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """What is kept of a password: scrypt's salt, cost, block size, lanes, and what came of it."""

    salt: bytes
    digest: bytes
    cost: int = _COST
    block: int = _BLOCK
    lanes: int = _LANES

    def __post_init__(self) -> None:
        """What a file says must not use up the machine. Raises ValueError."""
        bounds = ((self.cost, _MOST_COST), (self.block, _MOST_BLOCK), (self.lanes, _MOST_LANES))
        if (
            not all(1 <= value <= most for value, most in bounds)
            or len(self.salt) < _SALT
            or len(self.digest) < 32
        ):
            raise ValueError("a password's hash out of its bounds")

    @property
    def written(self) -> str:
        """As a line of text."""
        parts = (self.salt, self.digest)
        return (
            f"scrypt:{self.cost}:{self.block}:{self.lanes}:{':'.join(base64.b64encode(p).decode() for p in parts)}"
        )


def password_hash(password: str) -> PasswordHash:
    """What is to be kept of it. Takes a tenth of a second and 16 MiB of memory."""
    salt = secrets.token_bytes(_SALT)
    return PasswordHash(salt, _scrypt(password, salt, _COST, _BLOCK, _LANES))


def parsed_hash(line: str) -> PasswordHash:
    """What PasswordHash.written has written. Raises ValueError."""
    kind, cost, block, lanes, salt, digest = line.split(":")
    if kind != "scrypt":
        raise ValueError(f"expected a hash of scrypt, found {kind[:20]!r}")
    decoded = (base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True))
    return PasswordHash(*decoded, int(cost), int(block), int(lanes))


def is_password(password: str, kept: PasswordHash) -> bool:
    """Whether it is the one of which this was kept; takes as long for a wrong one."""
    if len(password) > MOST_LETTERS:
        return False
    return hmac.compare_digest(_scrypt(password, kept.salt, kept.cost, kept.block, kept.lanes), kept.digest)


def new_password() -> str:
    """At random, of 79 bits, in groups that can be typed: as in "k7mw-3hxp-…"."""
    letters = ["".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS)]
    return "-".join(letters)


def new_token() -> str:
    """At random, of 256 bits."""
    return TOKEN_MARK + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token, or of another secret of 256 bits."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(
        password.encode(errors="replace"), salt=salt, n=cost, r=block, p=lanes, maxmem=_MEMORY, dklen=32
    )
