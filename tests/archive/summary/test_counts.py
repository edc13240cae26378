"""What is counted of rows, and which images stand for the rest."""

import random

from edgeclassify.archive.interface import Row
from edgeclassify.archive.summary.counts import SAMPLES, UNSURE, Counts, name_of, score_of, sureness

DAY = 86_400.0


def row(path: str = "gate/1.jpg", *scores: float, label: str = "fox", **more: object) -> Row:
    labels = (label, "dog", "cat")[: len(scores)]
    return Row(**({"path": path, "camera": "gate", "labels": labels, "scores": scores} | more))  # type: ignore[arg-type]


def test_a_row_is_counted_once_by_what_became_of_it() -> None:
    counts = Counts()
    rows = [
        row("1", 0.9, taken_at=DAY, taken_by="exif"),
        row("2", 0.9, label="owl", taken_at=DAY + 1, taken_by="name"),
        row("3", still=True, taken_at=2 * DAY, taken_by="exif", camera="yard"),
        row("4", fault="damaged"),
        row("5", 0.9, unknown=0.5, taken_at=2 * DAY - 0.5, taken_by="modified"),
    ]
    for one in rows:
        counts.take(one)
    assert (counts.images, counts.faults, counts.still, counts.unknown, counts.without_time) == (5, 1, 1, 1, 1)
    assert counts.names == {"fox": 1, "owl": 1}
    assert counts.cameras == {"gate": 4, "yard": 1}
    assert counts.days == {"1970-01-02": 2, "1970-01-03": 1}


def test_a_group_stands_for_its_labels() -> None:
    grouped = row("1", 0.3, group="animal", group_score=0.8)
    assert (name_of(grouped), score_of(grouped)) == ("animal", 0.8)
    assert (name_of(row("1", 0.3)), score_of(row("1", 0.3))) == ("fox", 0.3)
    assert (name_of(row("1")), score_of(row("1"))) == (None, 0.0)


def test_a_taught_model_may_know_nothing_of_it() -> None:
    assert name_of(row("1", 0.9, unknown=0.5)) is None
    assert name_of(row("1", 0.9, unknown=0.49)) == "fox"


def test_sure_is_what_is_far_ahead() -> None:
    assert sureness(row("1", 0.9, 0.05)) > sureness(row("1", 0.5, 0.4)) > sureness(row("1"))
    assert sureness(row("1", 0.5, 0.4, calibrated=0.95)) == 0.95
    assert sureness(row("1", 0.9, 0.05, unknown=0.5)) == 0
    assert sureness(row("1", 0.9, 0.05, unknown=0.02)) > 0.9


def test_samples_do_not_depend_on_the_order_and_are_spread() -> None:
    rows = [row(f"gate/{number:04}.jpg", number / 1000, label="fox") for number in range(500)]
    one, other = Counts(), Counts()
    for each in rows:
        one.take(each)
    random.Random(1).shuffle(rows)
    for each in rows:
        other.take(each)
    assert one.samples("fox") == other.samples("fox")
    assert len(one.samples("fox")) == SAMPLES
    scores = [score for _, score in one.samples("fox")]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.25 > scores[-1]
    assert one.samples("owl") == []


def test_those_to_look_at_are_the_least_sure_first() -> None:
    counts = Counts()
    for number in range(UNSURE + 5):
        counts.take(row(f"{number}", 0.9, 0.9 - number / 100))
    assert [path for path, *_ in counts.unsure] == [str(number) for number in range(UNSURE)]
