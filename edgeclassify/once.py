"""A thing is said once, until it changes or is over."""

from collections.abc import Hashable


class Once:
    """Remembers what was said, of each key or of the one there is. Used by one thread, or under a lock."""

    def __init__(self) -> None:
        self._said: dict[Hashable, object] = {}

    def is_news(self, key: Hashable = None, what: object = None) -> bool:
        """True where this is to be said of the key: it has not been, or something else was said last."""
        if key in self._said and self._said[key] == what:
            return False
        self._said[key] = what
        return True

    def is_over(self, key: Hashable = None) -> bool:
        """All is well with the key. True where something had been said of it, which is forgotten now."""
        known = key in self._said
        self._said.pop(key, None)
        return known

    def __len__(self) -> int:
        return len(self._said)
