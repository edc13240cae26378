"""The proposed entry is the lowest at which enough is right; the exit keeps what is right in view."""

import numpy as np
import pytest

from edgeclassify.model.calibration.thresholds import ProposedThresholds, propose_thresholds


def proposed(*pictures: tuple[float, bool], precision: float = 0.9, nothing: int = 0) -> ProposedThresholds | None:
    """`nothing`: so many of the first pictures show nothing that the labels name."""
    best, is_right = (np.array(column) for column in zip(*pictures, strict=True))
    return propose_thresholds(best, is_right, np.arange(len(best)) >= nothing, precision)


RIGHT = [(0.805, True)] * 20
WRONG = [(0.305, False)] * 20


def test_the_entry_is_just_above_what_is_wrong() -> None:
    found = proposed(*WRONG, *RIGHT)
    assert found is not None
    assert found.enter == 0.31
    assert found.precision == 1
    assert found.shown == 0.5


def test_as_many_may_be_wrong_as_the_wanted_share_allows() -> None:
    pictures = [*WRONG, *RIGHT, (0.705, False)]
    strict, lax = proposed(*pictures, precision=0.96), proposed(*pictures, precision=20 / 21)
    assert strict is not None
    assert lax is not None
    assert (strict.enter, lax.enter) == (0.71, 0.31)
    assert lax.precision == pytest.approx(20 / 21)


def test_a_score_at_the_threshold_enters() -> None:
    found = proposed(*[(0.25, False)] * 20, *[(0.5, True)] * 20, (0.6, False), precision=20 / 21)
    assert found is not None
    assert found.enter == 0.26


def test_the_exit_is_two_thirds_of_the_entry_or_lower_where_right_ones_are() -> None:
    high = proposed(*[(0.605, False)] * 20, *RIGHT)
    assert high is not None
    assert (high.enter, high.exit) == (0.61, 0.4)
    low = proposed(*[(0.605, False)] * 20, *RIGHT, *[(0.205, True)] * 5)
    assert low is not None
    assert low.exit == 0.2


def test_pictures_of_nothing_are_wrong_and_are_not_missed() -> None:
    found = proposed(*WRONG, *RIGHT, nothing=20)
    assert found is not None
    assert found.shown == 1


def test_where_too_few_are_right_there_is_no_entry() -> None:
    assert proposed(*[(0.9, False)] * 30, *[(0.5, True)] * 5) is None


def test_a_handful_of_pictures_proves_nothing() -> None:
    assert proposed(*WRONG, *[(0.8, True)] * 9, precision=0.95) is None
    assert proposed(*WRONG, *[(0.8, True)] * 10, precision=0.95) is not None


def test_what_is_certain_may_be_the_only_thing_that_is_right() -> None:
    found = proposed(*[(0.995, False)] * 20, *[(1.0, True)] * 10)
    assert found == ProposedThresholds(1.0, 0.66, 1.0, 10 / 30)


def test_pictures_at_the_entry_itself_are_counted() -> None:
    found = proposed(*[(0.495, False)] * 20, *[(0.5, True)] * 10, *[(0.75, True)] * 10)
    assert found is not None
    assert (found.enter, found.precision, found.shown) == (0.5, 1.0, 0.5)


@pytest.mark.parametrize(("wrong_until", "leave"), [(0.595, 0.4), (0.715, 0.48), (0.905, 0.6)])
def test_the_exit_is_rounded_down_to_a_hundredth(wrong_until: float, leave: float) -> None:
    found = proposed(*[(wrong_until, False)] * 20, *[(0.955, True)] * 20)
    assert found is not None
    assert found.exit == leave


def test_where_nothing_is_asked_anything_is_enough() -> None:
    """None of the pictures is right, none shows anything that the labels name."""
    assert proposed(*WRONG, precision=0.0, nothing=20) == ProposedThresholds(0.01, 0.0, 0.0, 0.0)
    alone = proposed((0.9, False), *[(0.9, False)] * 10, (0.9, True), precision=1 / 12, nothing=11)
    assert alone is not None
    assert alone.shown == 1
