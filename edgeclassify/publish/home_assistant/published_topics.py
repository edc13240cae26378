"""What this node has left on brokers and in Home Assistant, so that a change of its config leaves nothing behind.

A retained message stays on the broker until somebody empties its topic, also when the node is renamed or a view
is gone, and only the node knows that it was there. So it keeps a list on disk: every retained topic that it used,
until the broker has acknowledged the empty message, and every component that it announced to Home Assistant.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from edgeclassify.files import StateFile, StateFileTexts
from edgeclassify.lazy_dataclass import dataclass

FILE_NAME = "published.json"
_VERSION = 1
_MOST_GONE = 1000
"""Components that are remembered after they are gone; of more the oldest are forgotten."""
_STORE_PAUSE_S = 5.0
_LONGEST_TOPIC = 65_535
_MOST_BYTES = 64_000_000
_ANEW = "It begins anew: topics that the config no longer has may stay on the broker until somebody empties them."
_TEXTS = StateFileTexts(
    unread=_ANEW,
    damaged="is damaged: {reason}. " + _ANEW,
    unwritten="Topics that a later config no longer has may stay on the broker. "
    "Make room, or make the folder writable.",
)


@dataclass(frozen=True, slots=True)
class _Known:
    """Topics with a retained message, and components (id → platform, the ones gone longest first)."""

    topics: tuple[str, ...] = ()
    components: Mapping[str, str] = field(default_factory=dict)


class PublishedTopics:
    """Remembers retained topics and announced components in a JSON file at `path`; None: in memory only.

    Thread-safe. The file is replaced as a whole, and only when something changes. One that is damaged or can't be
    read or written is reported once, and the node goes on with what it knows.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = Lock()
        self._file = StateFile(path, _checked, _TEXTS, most_bytes=_MOST_BYTES)
        self._known = self._file.read() or _Known()
        self._stored = self._known
        self._topics: frozenset[str] = frozenset()
        self._components: frozenset[str] = frozenset()
        self._store_after = 0.0

    @property
    def gone_topics(self) -> tuple[str, ...]:
        """Topics with a retained message that the node uses no more: they are to be emptied."""
        return self.topics_without(self._topics)

    @property
    def gone_components(self) -> dict[str, str]:
        """Component id → platform of those that were announced to Home Assistant, and are no more."""
        return self.components_without(self._components)

    def topics_without(self, used: Collection[str]) -> tuple[str, ...]:
        """What `gone_topics` would be if these were used."""
        with self._lock:
            return tuple(topic for topic in self._known.topics if topic not in used)

    def components_without(self, used: Collection[str]) -> dict[str, str]:
        """What `gone_components` would be if these were announced."""
        with self._lock:
            return {name: kind for name, kind in self._known.components.items() if name not in used}

    def update(self, topics: Iterable[str], components: Mapping[str, str]) -> None:
        """From now on these are used (`components`: id → platform), and no others. On disk before this returns."""
        with self._lock:
            self._topics, self._components = frozenset(topics), frozenset(components)
            kept = [item for item in self._known.components.items() if item[0] not in components]
            self._known = _Known(
                tuple(sorted(self._topics | set(self._known.topics))),
                dict(kept[-_MOST_GONE:]) | dict(components),
            )
            self._store()

    def emptied(self, topic: str) -> None:
        """The broker has acknowledged the empty message on a topic. Ignored for one that is in use.

        On disk when it was the last one, else from time to time: to empty a topic twice does no harm, to write the
        file for each of a thousand does.
        """
        with self._lock:
            if topic in self._known.topics and topic not in self._topics:
                left = tuple(name for name in self._known.topics if name != topic)
                self._known = replace(self._known, topics=left)
                if len(left) == len(self._topics) or time.monotonic() >= self._store_after:
                    self._store()
                    self._store_after = time.monotonic() + _STORE_PAUSE_S

    def _store(self) -> None:
        known = self._known
        if known != self._stored:
            body = {"v": _VERSION, "topics": known.topics, "components": known.components}
            if self._file.write(body):
                self._stored = known


def _checked(body: Any) -> _Known:
    """The file's content as a record. Raises ValueError with what is wrong."""
    if not isinstance(body, dict) or body.get("v") != _VERSION:
        raise ValueError(f'expected an object with "v": {_VERSION}')
    topics, components = body.get("topics"), body.get("components")
    if not isinstance(topics, list) or not all(map(_is_topic, topics)):
        raise ValueError('"topics": expected a list of topics')
    if not isinstance(components, dict) or not all(_is_name(kind) for kind in components.values()):
        raise ValueError('"components": expected names with their platforms')
    return _Known(tuple(topics), components)


def _is_topic(value: object) -> bool:
    """True where it could be published to: what could not would break every connection."""
    if not isinstance(value, str) or not value or any(char in value for char in "+#\0"):
        return False
    try:
        return len(value.encode()) <= _LONGEST_TOPIC
    except UnicodeEncodeError:
        return False


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.isidentifier()
