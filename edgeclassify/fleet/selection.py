"""Who is meant: by an expression, by names, or all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from edgeclassify.errors import UsageError
from edgeclassify.fleet.known import KnownNodes
from edgeclassify.fleet.where.fields import FIELDS
from edgeclassify.fleet.where.terms import Term
from edgeclassify.suggestions import did_you_mean


@dataclass(frozen=True, slots=True)
class Selection:
    """`where` or `names`; neither: all nodes."""

    where: Term | None = None
    names: tuple[str, ...] = ()

    def topics(self) -> frozenset[str]:
        """Filters, below the node's own level, of what must be known to choose."""
        if self.where is None:
            return frozenset()
        return frozenset(topic for test in self.where.tests() for topic in FIELDS[test.field].topics)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The nodes that are meant, in order, and those of which nobody can tell whether they are."""

    nodes: tuple[str, ...]
    undecided: tuple[str, ...] = ()


def choose(selection: Selection, known: KnownNodes) -> Chosen:
    """The nodes that are meant. Raises UsageError for names that no node has."""
    if selection.names:
        return Chosen(_named(selection.names, known.names))
    if selection.where is None:
        return Chosen(tuple(known.names))
    verdicts = {name: selection.where.of(known.facts(name)) for name in known.names}
    return Chosen(
        tuple(name for name, verdict in verdicts.items() if verdict),
        tuple(name for name, verdict in verdicts.items() if verdict is None),
    )


def _named(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    unknown = [name for name in dict.fromkeys(names) if name not in set(known)]
    if unknown:
        meant = did_you_mean(unknown[0], known)
        raise UsageError(
            f"--node: expected nodes that the broker knows, found {', '.join(unknown)}."
            f"{f' {meant}' if meant else ''} `edgeclassify fleet list` shows those that there are"
        )
    return tuple(sorted(set(names)))
