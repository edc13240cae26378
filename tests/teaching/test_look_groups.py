"""Looks in groups: by what they show, each network for itself; the chosen ones differ in hour and light too."""

from dataclasses import replace
from datetime import UTC, timedelta, timezone
from typing import Any

import numpy as np

from edgeclassify.teaching.darkness import DARK
from edgeclassify.teaching.interface import Look
from edgeclassify.teaching.look_groups import group_looks
from tests.teaching.looks.looks import FACTS, NOON, collected, turned

HOUR = 3600.0


def some(first: int, count: int, axis: int, **facts: Any) -> list[Look]:
    """Looks that are alike, some degrees apart from each other."""
    return [collected(first + i, id=first + i, embedding=turned(60 + 3 * i, axis), **facts) for i in range(count)]


def test_what_is_alike_is_together() -> None:
    looks = some(1, 9, 1) + some(20, 7, 2) + some(40, 5, 3)
    found = group_looks(looks, 3)
    assert [{look.id // 20 for look in group.looks} for group in found] == [{0}, {1}, {2}]
    assert [len(group.looks) for group in found] == [9, 7, 5]
    for group in found:
        assert group.id == group.looks[0].id
        assert set(group.chosen) <= set(group.looks)
        assert group.chosen[0] is group.looks[0]


def test_none_and_one() -> None:
    assert group_looks([]) == []
    (one,) = group_looks(some(1, 1, 1))
    assert (one.looks, one.chosen) == (one.chosen, one.looks)


def test_those_of_other_networks_are_no_neighbours() -> None:
    other = replace(FACTS, sha256="cd" * 32, elements=8)
    looks = some(1, 4, 1) + [replace(look, facts=other, embedding=look.embedding[:8]) for look in some(20, 6, 1)]
    found = group_looks(looks, 1)
    assert [[look.facts.sha256 for look in group.looks] for group in found] == [["cd" * 32] * 6, ["ab" * 32] * 4]


def test_when_and_how_dark() -> None:
    looks = some(1, 3, 1)
    looks = [replace(look, at=NOON + i * HOUR, brightness=DARK - 0.01 + i) for i, look in enumerate(looks)]
    (group,) = group_looks(looks, 1, zone=UTC)
    assert group.span == (NOON, NOON + 2 * HOUR)
    assert group.dark == 1
    (group,) = group_looks(looks, 1, zone=timezone(timedelta(hours=9)))
    assert group.dark == 3, "there it is 21, 22 and 23 o'clock, and the first one is dark anyhow"


def test_the_same_at_another_hour_and_in_other_light_is_worth_an_example() -> None:
    same = [collected(i, id=i + 1, embedding=turned(30)) for i in range(6)]
    assert len(group_looks(same, 1)[0].chosen) == 1
    light = [replace(look, brightness=i / 5) for i, look in enumerate(same)]
    assert len(group_looks(light, 1)[0].chosen) >= 3
    hours = [replace(look, at=NOON + 12 * HOUR * (i % 2)) for i, look in enumerate(same)]
    assert len(group_looks(hours, 1)[0].chosen) == 2
    assert np.ptp([look.at for look in group_looks(hours, 1)[0].chosen]) == 12 * HOUR
