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
        self._whole, self._names, self._folded = _index(), _index(), _index()
        for i, label in enumerate(labels):
            self._whole[label].append(i)
            for name in dict.fromkeys(names_of(label)):
                self._names[name].append(i)
            for name in dict.fromkeys(name.casefold() for name in names_of(label)):
                self._folded[name].append(i)

    def matching(self, pattern: str) -> tuple[int, ...]:
        """Indices of the labels that a pattern names, in order; none: an empty tuple.

        The first of these that names any: the whole label as it is written; one of its names as it is written;
        either in another case; either by the wildcards *, ? and [ ], in any case. So "cardigan" is the garment and
        "Cardigan" the dog, where a model has both.
        """
        pattern = pattern.strip()
        for known, wanted in ((self._whole, pattern), (self._names, pattern), (self._folded, pattern.casefold())):
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
        found = {i for name, indices in self._folded.items() if wanted.match(name) for i in indices}
        return sorted(found)


def _index() -> defaultdict[str, list[int]]:
    return defaultdict(list)
