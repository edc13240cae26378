"""Looks that are alike, in groups: what somebody is asked of, a group at a time."""

from collections.abc import Sequence
from datetime import tzinfo

import numpy as np

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.teaching.darkness import is_dark
from edgeclassify.teaching.diversity.clusters import cluster
from edgeclassify.teaching.diversity.distances import with_circumstances
from edgeclassify.teaching.interface import Look


@dataclass(frozen=True, slots=True, eq=False)
class LookGroup:
    """Looks that are alike. `looks`: the most typical first; `chosen`: those of them that differ enough, also in
    their hour and light, to be worth an example each; `dark`: how many are in the dark."""

    looks: tuple[Look, ...]
    chosen: tuple[Look, ...]
    dark: int

    @property
    def id(self) -> int:
        """That of its most typical look: as good as a name while nothing else comes or goes."""
        return self.looks[0].id

    @property
    def span(self) -> tuple[float, float]:
        """When the first and the last of them were, seconds since the epoch."""
        return min(look.at for look in self.looks), max(look.at for look in self.looks)


def group_looks(
    looks: Sequence[Look], groups: int | None = None, *, zone: tzinfo | None = None
) -> list[LookGroup]:
    """The groups of looks, the largest first. Those of different networks can't be alike.

    `groups`: how many there are to be of each network; None: as many as there seem to be. `zone`: of the node, by
    which it is night there; None: that of this machine.
    """
    by_network: dict[tuple[str, str], list[Look]] = {}
    for look in looks:
        by_network.setdefault((look.facts.sha256, look.facts.tensor), []).append(look)
    found = [group for own in by_network.values() for group in _groups_of(own, groups, zone)]
    return sorted(found, key=lambda group: (-len(group.looks), group.id))


def _groups_of(looks: Sequence[Look], groups: int | None, zone: tzinfo | None) -> list[LookGroup]:
    units = looks[0].facts.unit(np.stack([look.embedding for look in looks]))
    around = with_circumstances(units, [look.at for look in looks], [look.brightness for look in looks])
    dark = [is_dark(look.brightness, look.at, zone) for look in looks]
    return [
        LookGroup(
            tuple(looks[i] for i in one.members),
            tuple(looks[i] for i in one.chosen),
            sum(dark[i] for i in one.members),
        )
        for one in cluster(units, groups, around=around)
    ]
