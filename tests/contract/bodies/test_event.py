"""An event's body is written, and read back from where it was kept, without a loss."""

import math

import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.contract.bodies import Event, HistoricalEvent
from edgeclassify.errors import PublishError
from edgeclassify.types import EventType, Novelty, Reason, Why
from tests.publish.records import event

TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
SCORES = st.floats(0, 1)
SECONDS = st.floats(0, 1e9)
WHYS: st.SearchStrategy[Why] = st.one_of(
    st.builds(Why, threshold_enter=SCORES, confirm_s=SECONDS, held_s=SECONDS),
    st.builds(Why, st.just(Reason.SCORE_ROSE), score_before=SCORES),
    st.builds(
        Why, st.just(Reason.BELOW_THRESHOLD), threshold_exit=SCORES, confirm_s=SECONDS, held_s=SECONDS,
        duration_s=SECONDS,
    ),
    st.builds(Why, st.just(Reason.REPLACED), by=TEXT, duration_s=SECONDS),
    st.builds(Why, st.sampled_from(Reason), gap_s=SECONDS, duration_s=SECONDS),
    st.builds(Why, lasting_s=SECONDS, duration_s=SECONDS),
    st.just(Why()),
)  # fmt: skip


@settings(deadline=None)
@given(
    seq=st.integers(1, 2**63 - 1),
    kind=st.sampled_from(EventType),
    label=TEXT,
    score=SCORES,
    ts=st.floats(0, 253_402_300_000),
    why=WHYS,
    origin=st.none() | TEXT,
    new=st.tuples(st.none() | st.sampled_from(Novelty), *(st.none() | st.integers(0, 99_999),) * 2),
)
def test_what_was_written_is_read_and_written_again_alike(
    seq: int,
    kind: EventType,
    label: str,
    score: float,
    ts: float,
    why: Why,
    origin: str | None,
    new: tuple[Novelty | None, int | None, int | None],
) -> None:
    novelty, days_since, count = new
    one = event(
        seq, event_type=kind, label=label, score=score, ts=ts, why=why, origin=origin, view="a-view",
        novelty=novelty, days_since=days_since, count_today=count,
    )  # fmt: skip
    stored = Event.of(one).encode()
    again = Event.model_validate_json(stored).to_event("a-view")
    assert Event.of(again).encode() == stored
    assert (again.id, again.seq, again.view, again.event_type) == (one.id, seq, "a-view", kind)
    assert (again.novelty, again.days_since, again.count_today) == new
    assert (again.label, again.origin, again.why.reason, again.why.by) == (label, origin, why.reason, why.by)
    for name in ("held_s", "score_before", "lasting_s", "duration_s"):
        again_s, before_s = getattr(again.why, name), getattr(why, name)
        assert again_s == (None if before_s is None else pytest.approx(before_s, abs=0.00006))
    assert again.score == pytest.approx(score, abs=0.00006)
    assert again.ts == pytest.approx(ts, abs=0.0006)


def test_a_row_as_older_versions_wrote_it() -> None:
    row = (
        b'{"v":1,"event_type":"end","label":"m\xc3\xa4","score":0.4102,"seq":9,"id":"s-1-3",'
        b'"ts":"2026-11-23T11:48:57.712Z","why":{"reason":"below threshold",'
        b'"threshold_exit":0.4667,"confirm_s":0.0,"held_s":0.0,"duration_s":16337.857},"origin":"2026-11-28/1.jpg"}'
    )
    found = Event.model_validate_json(row).to_event("gate")
    assert (found.seq, found.event_type, found.origin) == (9, EventType.END, "2026-11-28/1.jpg")
    assert Event.of(found).encode() == row


@settings(deadline=None)
@given(label=TEXT, why=WHYS, origin=st.none() | TEXT)
def test_a_stored_event_that_is_late_has_the_bytes_of_one_made_of_the_record(
    label: str, why: Why, origin: str | None
) -> None:
    one = event(3, label=label, why=why, origin=origin)
    late = HistoricalEvent.of_stored(Event.of(one).encode())
    assert late == HistoricalEvent.of(one).encode()
    assert HistoricalEvent.model_validate_json(late).to_event("gate") == Event.model_validate_json(
        Event.of(one).encode()
    ).to_event("gate")


@pytest.mark.parametrize(
    "row", [b"", b"{}", b'{"seq":1}', b"\xff", b"[1]", Event.of(event(1)).encode()[:-1], b"[" * 100_000]
)
def test_a_damaged_row_is_refused(row: bytes) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Event.model_validate_json(row)


def test_the_place_of_a_value_without_json_form_is_named() -> None:
    with pytest.raises(PublishError, match=r"^here why held_s: expected a finite number, found nan"):
        Event.of(event(1, why=Why(held_s=math.nan))).encode("here")
