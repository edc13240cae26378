"""What a pattern of a config names: labels by their names, by wildcards, or a class by its index."""

import fnmatch
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

_INDEX = re.compile(r"#(\d{1,7})")
_WILDCARDS = frozenset("*?[")


def names_of(label: str) -> tuple[str, ...]:
    """A label as a whole, then its parts where it lists several names of one class ("tabby, tabby cat")."""
    parts = [part.strip() for part in label.split(",")]
    return (label, *(part for part in parts if part)) if len(parts) > 1 else (label,)


def has_wildcards(pattern: str) -> bool:
    """True where a pattern has *, ? or [ in it."""
    return not _WILDCARDS.isdisjoint(pattern)


class LabelNames:
    """Labels, to be found by their names. `labels`: by index."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = labels
        self._known: _Indices | None = None

    def matching(self, pattern: str) -> tuple[int, ...]:
        """Indices of the labels that a pattern names, in order; none: an empty tuple.

        The first of these that names any: the whole label as it is written; one of its names as it is written;
        either in another case; either by the wildcards *, ? and [ ], in any case. So "cardigan" is the garment and
        "Cardigan" the dog, where a model has both.
        """
        pattern = pattern.strip()
        by = self._indices
        for known, wanted in ((by.whole, pattern), (by.names, pattern), (by.folded, pattern.casefold())):
            if wanted in known:
                return tuple(known[wanted])
        return tuple(self._by_wildcards(pattern)) if has_wildcards(pattern) else ()

    def matching_classes(self, pattern: str) -> tuple[int, ...]:
        """As `matching`; "#134" is the class of that index, for labels that two classes have."""
        if (found := self.matching(pattern)) or (index := _INDEX.fullmatch(pattern.strip())) is None:
            return found
        return (int(index[1]),) if int(index[1]) < len(self._labels) else ()

    def _by_wildcards(self, pattern: str) -> Iterable[int]:
        wanted = re.compile(fnmatch.translate(pattern.casefold()))
        found = {i for name, indices in self._indices.folded.items() if wanted.match(name) for i in indices}
        return sorted(found)

    @property
    def _indices(self) -> "_Indices":
        # Most configs name no label: a thousand of them are not sorted for nothing at each start.
        if self._known is None:
            self._known = _Indices(self._labels)
        return self._known


class _Indices:
    """The indices of labels by their whole text, by one of their names, and by one in any case."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.whole, self.names, self.folded = _empty(), _empty(), _empty()
        for i, label in enumerate(labels):
            self.whole[label].append(i)
            names = dict.fromkeys(names_of(label))
            for name in names:
                self.names[name].append(i)
            for name in dict.fromkeys(name.casefold() for name in names):
                self.folded[name].append(i)


def _empty() -> defaultdict[str, list[int]]:
    return defaultdict(list)
