"""The access file: what is kept of the page's password and tokens. Written by a command, read by the daemon."""

import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Self

from edgeclassify.errors import PageError, StorageError
from edgeclassify.files import printable, read_plain_file, replacing
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.web.safety.passwords import PasswordHash, parsed_hash, token_hash

NAME = "web-access.json"
"""Its name in the state folder, where the config names no other file."""
MOST_BYTES = 100_000
MOST_TOKENS = 50
MODE = 0o640
_REMEDY = "Run: sudo edgeclassify web password --new"


@dataclass(frozen=True, slots=True)
class Token:
    """A token by its name. `digest`: token_hash() of it; `may_change`: not only look."""

    digest: str
    may_change: bool = False


@dataclass(frozen=True, slots=True)
class AccessFile:
    """Who may look: whoever knows the password, or one of the tokens. `password` None: nobody was given one."""

    password: PasswordHash | None = None
    tokens: Mapping[str, Token] = field(default_factory=dict)

    def with_token(self, name: str, token: str, *, may_change: bool) -> Self:
        """With one more, or another one of this name. Raises StorageError where there are too many."""
        if name not in self.tokens and len(self.tokens) >= MOST_TOKENS:
            raise StorageError(f"expected at most {MOST_TOKENS} tokens: remove one with --remove NAME")
        return replace(self, tokens={**self.tokens, name: Token(token_hash(token), may_change)})

    def without_token(self, name: str) -> Self:
        """Without the one of this name."""
        return replace(self, tokens={n: token for n, token in self.tokens.items() if n != name})

    @property
    def document(self) -> dict[str, Any]:
        """As it is written."""
        tokens = {n: {"sha256": t.digest, "may_change": t.may_change} for n, t in self.tokens.items()}
        return {"password": self.password.written if self.password else None, "tokens": tokens}


def read_access(path: Path) -> AccessFile | None:
    """None where there is none. Raises PageError where it can't be read, or is none."""
    shown = printable(path)
    try:
        content = read_plain_file(path, MOST_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror or error
        raise PageError(
            f"{shown}: expected a file that the daemon may read, found: {reason}. Let its user read it (mode "
            "640), or make another one: sudo edgeclassify web password --new"
        ) from error
    try:
        if len(content) > MOST_BYTES:
            raise ValueError(f"more than {MOST_BYTES} bytes")
        return _taken(json.loads(content))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise PageError(
            f"{shown}: expected a file that `edgeclassify web password` has written, found another one. {_REMEDY}"
        ) from error


def _taken(document: Any) -> AccessFile:
    written = document["password"]
    tokens = {
        str(name): Token(str(one["sha256"]), one["may_change"] is True) for name, one in document["tokens"].items()
    }
    if len(tokens) > MOST_TOKENS or any(not one.digest.isascii() for one in tokens.values()):
        raise ValueError("tokens out of their bounds")
    return AccessFile(None if written is None else parsed_hash(written), tokens)


def write_access(path: Path, access: AccessFile, *, group: int | None = None) -> None:
    """Replace it, at mode 640; `group`: the id of the group that may read it. Raises StorageError.

    Its folder may belong to somebody with fewer rights than ours: nothing that lies there is followed or written
    to.
    """
    content = json.dumps(access.document, indent=1).encode() + b"\n"
    unfinished = f".{path.name}.{secrets.token_hex(8)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, unfinished=unfinished, is_new=True, mode=stat.S_IRUSR | stat.S_IWUSR) as file:
            file.write(content)
            if group is not None:
                os.fchown(file.fileno(), -1, group)
            os.fchmod(file.fileno(), MODE)
    except OSError as error:
        raise StorageError(
            f"{printable(path)}: can't be written: {error.strerror or error}. Choose another place with "
            "web.access_file, or run as root: sudo edgeclassify web password"
        ) from error
