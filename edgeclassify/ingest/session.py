"""Who an ingest is to its broker: a small file beside the buffer, which outlives one that is damaged or deleted.

The broker keeps what comes for this id, by these subscriptions. Whoever loses them leaves it queueing for nobody.
"""

import re
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edgeclassify.files.state_file import StateFile, StateFileTexts
from edgeclassify.lazy_dataclass import dataclass

ENDING = ".session"
_CLIENT_ID = re.compile(r"edgeclassify-ingest-[0-9a-f]{12}")
_TEXTS = StateFileTexts(
    unread="What the broker keeps may go to nobody, until it forgets it",
    damaged="{size} bytes that are no session of an ingest ({reason}): set aside as {aside}",
    unwritten="After a damage of the buffer the broker would keep messages for nobody",
)


@dataclass(frozen=True, slots=True)
class Session:
    """`prefix`, `broker`: what it listened to last, "" where that is not known, or it has left. `filters`: the
    topic filters that it has subscribed to."""

    client_id: str
    prefix: str = ""
    broker: str = ""
    filters: tuple[str, ...] = ()


def new_session() -> Session:
    """Of an ingest that no broker knows."""
    return Session(f"edgeclassify-ingest-{secrets.token_hex(6)}")


def path_beside(buffer: Path) -> Path:
    """The file of a buffer's session."""
    return buffer.with_name(f"{buffer.name}{ENDING}")


class SessionFile:
    """The file of a session. Used by one thread; what goes wrong with it is said in the log."""

    def __init__(self, buffer: Path) -> None:
        self._file = StateFile(path_beside(buffer), _taken, _TEXTS)

    def read(self) -> Session | None:
        """What was written last; None where there is nothing, or nothing of use."""
        return self._file.read()

    def write(self, session: Session) -> None:
        """Replace it."""
        self._file.write(asdict(session))


def _taken(document: Any) -> Session:
    texts = [document[key] for key in ("client_id", "prefix", "broker")]
    filters = document["filters"]
    if not all(isinstance(text, str) for text in [*texts, *filters]) or isinstance(filters, str):
        raise ValueError("expected texts")
    if _CLIENT_ID.fullmatch(texts[0]) is None:
        raise ValueError("client_id: expected edgeclassify-ingest-…")
    client_id, prefix, broker = texts
    return Session(client_id, prefix, broker, tuple(filters))
