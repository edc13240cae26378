"""One line in the log for each event, for who looks there and not at a broker."""

import logging
from collections.abc import Iterator

from edgeclassify.files import printable
from edgeclassify.sentences import newness
from edgeclassify.types import Event, Reason, Why

log = logging.getLogger(__name__)


def log_event(event: Event) -> None:
    """E.g. "view gate: start of Egyptian cat, score 0.93 of 0.60 for 1.0 s, 3rd today (seq 12)".

    A label may hold anything: what steers a terminal is escaped.
    """
    log.info(
        "view %s: %s of %s, score %.2f%s (seq %d)",
        event.view, event.event_type, printable(event.label), event.score, "".join(_words(event)), event.seq,
        extra={"view": event.view},
    )  # fmt: skip


def _words(event: Event) -> Iterator[str]:
    """Why it came, how new it is, what held it back, and why it may be wrong, in a few words."""
    why = event.why
    yield _needed(why)
    if (new := newness(event.novelty, event.days_since, event.count_today)) is not None:
        yield f", {new}"
    if why.reason is not None:
        yield f", {why.reason}"
    if why.reason is Reason.REPLACED and why.by is not None:
        yield f" by {printable(why.by)}"
    if why.threshold_exit is not None:
        yield f" {why.threshold_exit:.2f}{_lasted(why)}"
    if why.gap_s is not None:
        yield f" for {why.gap_s:.1f} s"
    if why.duration_s is not None:
        yield f", there for {why.duration_s:.1f} s"
    if why.lasting_s is not None:
        yield f", {why.lasting_s:g} s were asked for"
    if why.blocked_by is not None and why.blocked_s is not None:
        yield f", held back for {why.blocked_s:.1f} s by {why.blocked_by}"
    if why.light_changed_s is not None:
        yield f", {why.light_changed_s:.1f} s after a change of light"
    if event.problems:
        yield f", suspect ({', '.join(event.problems)})"


def _needed(why: Why) -> str:
    """What a start took."""
    return "" if why.threshold_enter is None else f" of {why.threshold_enter:.2f}{_lasted(why)}"


def _lasted(why: Why) -> str:
    return f" for {why.held_s:.1f} s" if why.held_s else ""
