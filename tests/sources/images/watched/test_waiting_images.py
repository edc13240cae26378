"""The order of the pictures that wait, and what it costs."""

import itertools
import random

import pytest

from edgeclassify.sources.images.watched import waiting_images
from edgeclassify.sources.images.watched.waiting_images import Candidate, WaitingImages
from tests.support.optional import present


def taken(pictures: WaitingImages, now: float = 100.0) -> list[str]:
    """All whose turn it is, in order."""
    names = []
    while (candidate := pictures.next_due(now)) is not None:
        names.append(candidate.name)
        pictures.remove(candidate.name)
    return names


@pytest.mark.parametrize(
    ("candidates", "names"),
    [
        ([Candidate("b", "1", 5, 0), Candidate("a", "2", 6, 0)], ["b", "a"]),
        ([Candidate("shot10", "1", 5, 0), Candidate("shot9", "2", 5, 0)], ["shot9", "shot10"]),
        ([Candidate("old", "1", 1, 0, failed_since=3.0), Candidate("new", "2", 9, 0)], ["new", "old"]),
        ([Candidate("old", "1", 1, 0, tries=1), Candidate("new", "2", 9, 0)], ["new", "old"]),
        ([Candidate("later", "1", 1, 100.1), Candidate("now", "2", 9, 100.0)], ["now"]),
        ([Candidate("a", "1", 1, 0), Candidate("a", "2", 3, 0), Candidate("b", "3", 2, 0)], ["b", "a"]),
    ],
)
def test_the_oldest_first(candidates: list[Candidate], names: list[str]) -> None:
    for order in (
        itertools.permutations(candidates)
        if len({c.name for c in candidates}) == len(candidates)
        else [candidates]
    ):
        pictures = WaitingImages()
        for candidate in order:
            pictures.put(candidate)
        assert taken(pictures) == names


def test_one_that_is_put_off_has_its_turn_later() -> None:
    pictures = WaitingImages()
    pictures.put(Candidate("a", "1", 1, 0))
    assert present(pictures.next_due(5.0)).name == "a"
    pictures.put(Candidate("a", "1", 1, 7.0))
    assert (pictures.next_due(6.9), present(pictures.next_due(7.0)).name) == (None, "a")
    assert (len(pictures), "a" in pictures, present(pictures.get("a")).due) == (1, True, 7.0)
    pictures.clear()
    assert (pictures.next_due(99.0), len(pictures)) == (None, 0)


def test_a_turn_costs_no_look_at_all_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = itertools.count()
    real = Candidate.__lt__

    def counting(one: Candidate, other: Candidate) -> bool:
        next(compared)
        return real(one, other)

    monkeypatch.setattr(waiting_images.Candidate, "__lt__", counting)
    pictures = WaitingImages()
    order = list(range(4000))
    random.Random(3).shuffle(order)
    for number in order:
        pictures.put(Candidate(str(number), "1", number, 0))
    assert taken(pictures) == [str(number) for number in range(4000)]
    assert next(compared) < 4000 * 40
