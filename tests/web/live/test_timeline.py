"""What was of late in a view."""

from typing import Any

import pytest

from edgeclassify.types import LabelScore
from edgeclassify.web.live.score_ring import MOST_NAMES, ScoreRing
from edgeclassify.web.live.timeline import MOST_BANDS, MOST_EVENTS, MOST_LABELS, MOST_POINTS, Timelines
from tests.publish.records import T0, event, state


class Clocks:
    """A machine that has run for a while: `steady` moves with `wall`, unless that is set."""

    def __init__(self) -> None:
        self.steady, self.wall = 1000.0, T0
        self.timelines = Timelines(lambda: self.steady, lambda: self.wall)

    def pass_(self, seconds: float) -> None:
        self.steady += seconds
        self.wall += seconds

    def note(self, label: str = "open", **changes: Any) -> None:
        self.timelines.note(state(label, **({"ts": self.wall, "since": self.wall} | changes)))

    def over(self, minutes: float = 10.0) -> dict[str, Any]:
        return self.timelines.over("gate", minutes)


def top(**scores: float) -> tuple[LabelScore, ...]:
    return tuple(LabelScore(0, label, score) for label, score in scores.items())


def test_of_a_view_of_which_nothing_was_told_there_is_nothing() -> None:
    found = Clocks().over()
    assert found["to"] - found["from"] == pytest.approx(600)
    assert [found[key] for key in ("t", "labels", "scores", "bands", "events")] == [[]] * 5


def test_labels_follow_each_other_as_bands() -> None:
    clocks = Clocks()
    clocks.note("open", since=T0 - 30)
    clocks.pass_(5)
    clocks.note("open")
    clocks.pass_(5)
    clocks.note("closed")
    clocks.pass_(5)
    clocks.note("unknown", event_id=None, known=False)
    clocks.pass_(1)
    bands = clocks.over()["bands"]
    assert [band["label"] for band in bands] == ["open", "closed", None]
    assert [band["from"] - T0 for band in bands] == pytest.approx([-30, 10, 15], abs=0.01)
    assert [band["to"] - T0 for band in bands[:2]] == pytest.approx([10, 15], abs=0.01)
    assert bands[2]["to"] is None


def test_bands_are_cut_at_the_begin_and_those_that_ended_before_are_left_out() -> None:
    clocks = Clocks()
    clocks.note("open")
    clocks.pass_(120)
    clocks.note("closed")
    clocks.pass_(30)
    found = clocks.over(minutes=1)
    assert [(band["label"], band["from"]) for band in found["bands"]] == [
        ("open", found["from"]),
        ("closed", found["to"] - 30),
    ]
    assert [band["label"] for band in clocks.over(minutes=0.25)["bands"]] == ["closed"]


def test_scores_are_noted_once_a_second_for_each_of_the_best_labels() -> None:
    clocks = Clocks()
    for number in range(30):
        clocks.note(top=top(open=0.5 + number / 100, closed=0.2) if number < 20 else top(open=0.9, cat=0.95))
        clocks.pass_(0.1)
    found = clocks.over()
    assert len(found["t"]) == 3
    assert found["t"][1] - found["t"][0] == pytest.approx(1, abs=0.11)
    assert found["labels"] == ["cat", "open", "closed"]
    assert found["scores"] == [[None, None, 0.95], [0.5, 0.6, 0.9], [0.2, 0.2, None]]


def test_no_scores_are_noted_while_nobody_can_tell() -> None:
    clocks = Clocks()
    clocks.note(known=False)
    assert clocks.over()["t"] == []


def test_a_clock_that_jumps_tears_nothing() -> None:
    clocks = Clocks()
    clocks.note("open")
    clocks.pass_(10)
    clocks.wall -= 86_400
    clocks.note("closed")
    clocks.timelines.note_event(event(1))
    clocks.pass_(10)
    found = clocks.over()
    assert [band["label"] for band in found["bands"]] == ["open", "closed"]
    assert found["t"] == [pytest.approx(clocks.wall - 20, abs=0.01), pytest.approx(clocks.wall - 10, abs=0.01)]
    assert [one["at"] for one in found["events"]] == [pytest.approx(clocks.wall - 10, abs=0.01)]


def test_events_are_told_with_their_why() -> None:
    clocks = Clocks()
    clocks.timelines.note_event(event(1))
    clocks.pass_(90)
    clocks.timelines.note_event(event(2))
    (told,) = clocks.over(minutes=1)["events"]
    assert (told["view"], told["seq"], told["why"]["threshold_enter"]) == ("gate", 2, 0.6)


def test_nothing_of_it_grows_without_end() -> None:
    clocks = Clocks()
    for number in range(4000):
        clocks.note(f"label {number % 2}", top=top(**{f"label {number % 2}": 0.9}))
        clocks.timelines.note_event(event(number + 1))
        clocks.pass_(1)
    found = clocks.over(minutes=60)
    assert (len(found["bands"]), len(found["events"])) == (MOST_BANDS, MOST_EVENTS)
    assert MOST_POINTS // 2 < len(found["t"]) <= MOST_POINTS
    assert found["t"][-1] == pytest.approx(clocks.wall - 1, abs=0.01)
    assert found["t"][0] < clocks.wall - 3500
    assert clocks.over(minutes=10_000)["from"] == pytest.approx(clocks.wall - 3600, abs=0.01)


def test_one_answer_has_the_labels_that_came_highest() -> None:
    ring = ScoreRing(rows=100)
    for number in range(30):
        ring.note(float(number), top(**{f"n{number}": number / 30, "quiet": 0.0}))
    found = ring.series(0.0, MOST_LABELS, MOST_POINTS)
    assert found.labels == [f"n{number}" for number in range(29, 29 - MOST_LABELS, -1)]


def test_more_labels_than_are_known_at_a_time_begin_anew() -> None:
    ring = ScoreRing(rows=10)
    for number in range(MOST_NAMES + 2):
        ring.note(float(number), top(**{f"n{number}": 0.5}))
    assert ring.series(0.0, 3, 10).labels == [f"n{MOST_NAMES}", f"n{MOST_NAMES + 1}"]
