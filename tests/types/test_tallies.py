"""What is counted of a label, with what was counted before."""

import pytest

from edgeclassify.types import DayTally, TallyRecord


def of(*days: tuple[int, int, float], last: int | None = None, undated: bool = False) -> TallyRecord:
    tallies = tuple(DayTally(*day) for day in days)
    return TallyRecord("gate", "cat", tallies, None if last is None else last * 1e5, last, undated)


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        (of(), of(), of()),
        (of((1, 2, 3.0), last=1), of(), of((1, 2, 3.0), last=1)),
        (of((1, 2, 3.0), (3, 1, 1.0), last=3), of((2, 1, 0.5), (3, 4, 5.0), last=2),
         of((1, 2, 3.0), (2, 1, 0.5), (3, 5, 6.0), last=2)),
        (of(undated=True), of(), of(undated=True)),
        (of(last=1), of(undated=True), of(last=1, undated=True)),
        (of(last=1, undated=True), of((2, 1, 0.0), last=2), of((2, 1, 0.0), last=2)),
    ],
)  # fmt: skip
def test_with_what_was_counted_before(earlier: TallyRecord, later: TallyRecord, expected: TallyRecord) -> None:
    partial = TallyRecord(
        later.view, later.label, later.days, later.last, later.last_day, later.undated, partial=True
    )
    assert partial.after(earlier) == expected


def test_nothing_is_kept_of_a_label_of_which_nothing_is_known() -> None:
    assert [one.is_empty for one in (of(), of((1, 1, 0.0)), of(last=1), of(undated=True))] == [
        True, False, False, False,
    ]  # fmt: skip
