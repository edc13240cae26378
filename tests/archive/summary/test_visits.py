"""Which images are one visit, and what a visit says."""

from itertools import pairwise

from hypothesis import given, strategies as st

from edgeclassify.archive.summary.longest import Longest
from edgeclassify.archive.summary.visits import APART_S, Sight, Visit, visits


def sight(at: float, name: str | None = "fox", score: float = 0.5, camera: str = "gate") -> Sight:
    return Sight(camera, at, f"{camera}/{at:g}", name, score)


def test_a_pause_begins_another_visit() -> None:
    found = list(visits([sight(0), sight(60), sight(120.5), sight(121)]))
    assert [(one.begin, one.end, one.images) for one in found] == [(0, 60, 2), (120.5, 121, 2)]


def test_another_camera_begins_another_visit() -> None:
    found = list(visits([sight(0), sight(1, camera="yard")]))
    assert [(one.camera, one.images) for one in found] == [("gate", 1), ("yard", 1)]


def test_a_visit_is_what_its_images_say_together() -> None:
    (found,) = visits([sight(0, "dog", 0.9), sight(1, "fox", 0.6), sight(2, "fox", 0.5), sight(3, None, 0.0)])
    assert (found.name, found.best) == ("fox", "gate/1")
    assert found.score == (0.6 + 0.5) / 3


def test_of_names_that_weigh_the_same_always_the_same_one_counts() -> None:
    (one,) = visits([sight(0, "fox", 0.5), sight(1, "dog", 0.5)])
    (other,) = visits([sight(0, "dog", 0.5), sight(1, "fox", 0.5)])
    assert one.name == other.name == "dog"


def test_a_visit_of_which_nothing_is_known() -> None:
    (found,) = visits([sight(0, None, 0.0), sight(1, None, 0.0)])
    assert (found.name, found.score, found.best) == (None, 0.0, "gate/0")


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 1000)), max_size=40))
def test_each_image_is_in_one_visit(given_sights: list[tuple[str, int]]) -> None:
    found = list(visits(sight(at, camera=camera) for camera, at in sorted(given_sights)))
    assert sum(one.images for one in found) == len(given_sights)
    for before, after in pairwise(found):
        assert before.camera < after.camera or after.begin - before.end > APART_S


def test_the_longest_are_kept_the_first_of_equals() -> None:
    longest = Longest(2)
    for number, images in enumerate([1, 3, 2, 3, 3]):
        longest.take(Visit("gate", number, number, images, None, 0.0, ""))
    assert longest.visits == 5
    assert [(one.images, one.begin) for one in longest.visits_shown] == [(3, 1), (3, 3)]
