"""What a view shows, since when, and when nobody can tell."""

from edgeclassify.types import UNKNOWN, EventType, Reason, ViewState
from tests.postprocess.benches import START, Bench, kinds, moment, seen, shown

NOTHING, OPEN, CLOSED = (0.1, 0.1, 0.1), (0.1, 0.9, 0.1), (0.9, 0.1, 0.1)


def test_nothing_is_there_since_watching_began() -> None:
    bench = Bench(confirm_s=2.0)
    bench.see(1.0, *NOTHING)
    state = shown(bench.see(3.0, *NOTHING))
    assert (state.label, state.known, state.since, state.ts) == (UNKNOWN, True, START + 1.0, START + 3.0)


def test_nothing_is_known_until_the_confirmation_time_is_over() -> None:
    bench = Bench(confirm_s=2.0)
    assert bench.see(1.0, *NOTHING).state is None
    assert bench.see(2.999_999_999, *NOTHING).state is None
    assert shown(bench.see(3.0, *NOTHING)).known


def test_a_label_is_there_since_it_entered() -> None:
    bench = Bench(confirm_s=1.0)
    for at_s in (1.0, 2.0, 7.0):
        step = bench.see(at_s, *OPEN)
    state = shown(step)
    assert (state.label, state.event_id, state.since, state.ts) == ("open", "id1", START + 2.0, START + 7.0)


def test_nothing_is_there_since_the_label_left() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(1.0, *OPEN)
    bench.see(4.0, *NOTHING)
    state = shown(bench.see(9.0, *NOTHING))
    assert (state.label, state.event_id, state.since) == (UNKNOWN, None, START + 4.0)


def test_while_unknown_the_score_is_that_of_the_best_label() -> None:
    bench = Bench(confirm_s=0.0, top=2)
    state = shown(bench.see(0.0, 0.125, 0.25, 0.5))
    assert (state.score, [row.label for row in state.top]) == (0.5, ["cat", "open"])
    assert shown(bench.see(1.0, 0.125, 0.75, 0.25)).score == 0.75


def test_while_a_label_is_there_the_score_is_its_own() -> None:
    bench = Bench(confirm_s=0.0, threshold_enter=0.5, threshold_exit=0.25)
    bench.see(0.0, 0.0, 0.5, 0.0)
    state = shown(bench.see(1.0, 0.0, 0.375, 0.4375))
    assert (state.label, state.score) == ("open", 0.375)


def test_a_gap_is_unknown_since_it_began() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(1.0, *NOTHING)
    state = shown(bench.lose(5.0))
    assert state == ViewState(
        "gate", UNKNOWN, 0.0, START + 5.0, START + 5.0, 0, None, (), "m", origin=None, known=False
    )


def test_after_a_gap_nothing_is_there_since_frames_came_again() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(1.0, *NOTHING)
    bench.lose(5.0)
    state = shown(bench.see(9.0, *NOTHING))
    assert (state.known, state.since) == (True, START + 9.0)


def test_what_goes_on_after_a_gap_is_there_since_it_entered() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(1.0, *OPEN)
    bench.lose(5.0)
    state = shown(bench.see(9.0, *OPEN))
    assert (state.label, state.known, state.since) == ("open", True, START + 1.0)


def test_what_takes_its_place_after_a_gap_is_known_at_once() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(1.0, *OPEN)
    bench.lose(5.0)
    step = bench.see(9.0, *CLOSED)
    assert kinds(step) == [(EventType.END, "open"), (EventType.START, "closed")]
    assert (shown(step).label, shown(step).known) == ("closed", True)


def test_a_pause_is_unknown_since_it_began_and_says_nothing_of_labels() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(1.0, *OPEN)
    state = shown(bench.pause(5.0))
    assert (state.label, state.known, state.since, state.top) == (UNKNOWN, False, START + 5.0, ())


def test_a_view_that_pauses_before_its_first_frame_is_unknown_since_then() -> None:
    state = shown(Bench().pause(5.0))
    assert (state.known, state.since, state.ts) == (False, START + 5.0, START + 5.0)


def test_a_pause_is_no_gap() -> None:
    """However long it was: what is unknown after it has been since it began."""
    bench = Bench(confirm_s=0.0)
    bench.see(1.0, *OPEN)
    bench.pause(5.0)
    assert shown(bench.see(900.0, *NOTHING)).since == START + 5.0


def test_a_pause_ends_a_gap() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(1.0, *OPEN)
    bench.lose(4.0)
    bench.pause(5.0)
    assert shown(bench.see(9.0, *NOTHING)).since == START + 5.0


def test_nothing_that_was_held_before_a_pause_counts_after_it() -> None:
    bench = Bench(confirm_s=1.0)
    bench.see(0.0, *OPEN)
    bench.pause(0.5)
    assert kinds(bench.see(1.0, *OPEN)) == []
    assert kinds(bench.see(2.0, *OPEN)) == [(EventType.START, "open")]


def test_an_end_is_told_where_a_state_was_and_nowhere_else() -> None:
    bench = Bench(confirm_s=0.0)
    assert bench.decider.end(moment(0.0), Reason.STOPPED).state is None
    bench.see(1.0, *NOTHING)
    assert shown(bench.decider.end(moment(2.0), Reason.STOPPED)).known is False


def test_a_look_shows_what_is_there_with_other_scores_and_changes_nothing() -> None:
    bench = Bench(confirm_s=0.0)
    before = shown(bench.see(1.0, *OPEN))
    state = bench.decider.look(seen(5.0, 0.75, 0.125, 0.0))
    assert (state.label, state.score, state.since, state.ts) == ("open", 0.125, START + 1.0, START + 5.0)
    assert bench.decider.told is before
    assert kinds(bench.see(6.0, *OPEN)) == []


def test_what_was_told_last_is_remembered() -> None:
    bench = Bench(confirm_s=0.0)
    assert bench.decider.told is None
    state = bench.see(1.0, *NOTHING).state
    assert bench.decider.told is state
    assert bench.decider.told is not None
    lost = bench.lose(2.0).state
    assert bench.decider.told is lost
