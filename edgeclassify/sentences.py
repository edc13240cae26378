"""Decisions in words: why an event came, what held it back, and what a view waits for. Pure."""

from edgeclassify.types import UNKNOWN, Block, Candidate, Event, EventType, Novelty, Reason, ViewState, Why

LEAST_SHOWN = 0.05
"""Of the labels beside: what has less says nothing."""
_BLOCKS = {
    Block.HOLD: "the label that was there had its minimum time",
    Block.COOLDOWN: "it had ended a short while before",
    Block.QUIET_HOURS: "quiet hours",
    Block.MUTED: "the label was muted",
    Block.GAP: "no frames had come, or none were looked at",
    Block.LIGHT: "the light had changed",
    Block.UNKNOWN: "no single frame had been sure enough of it",
    Block.PROBLEM: "the camera's frames could not be trusted",
}
_BLOCKED_NOW = {
    Block.HOLD: "the label that is there has its minimum time",
    Block.COOLDOWN: "it has ended a short while ago",
    Block.QUIET_HOURS: "quiet hours",
    Block.MUTED: "the label is muted",
    Block.GAP: "no frames came, or none were looked at",
    Block.LIGHT: "the light has changed",
    Block.UNKNOWN: "no single frame of late was sure enough of it",
    Block.PROBLEM: "the camera's frames can't be trusted",
}
_ENDS = {
    Reason.NO_FRAMES: "no frame has come",
    Reason.GONE_AFTER_RESTART: "it was not seen again after a restart",
    Reason.PAUSED: "the view was switched off",
    Reason.STOPPED: "the daemon ended",
    Reason.CONFIG_RELOADED: "the view has another config",
}


def sentence_of(event: Event) -> str:
    """Why it came, without a full stop: "0.72 of 0.60 needed, for 1.2 s (1 s needed)"."""
    match event.event_type:
        case EventType.START:
            parts = _start(event)
        case EventType.UPDATE:
            parts = [f"{event.score:.2f}, told before {_score(event.why.score_before)}"]
        case EventType.LASTING:
            parts = _lasting(event.why)
        case EventType.END:
            parts = _end(event)
    return "; ".join([*parts, *_aside(event)])


def sentence_on_waiting(view: str, state: ViewState) -> str | None:
    """E.g. "gate stays unknown: open has 0.54 of 0.60 needed, for 1.2 s of 2 s"; None: it waits for nothing."""
    candidate = state.candidate
    if candidate is None:
        return None
    return f"{view} stays {state.label}: {waiting(candidate, state.label)}"


def is_far(candidate: Candidate) -> bool:
    """True where a label is there, and nothing speaks for its end."""
    return candidate.change is EventType.END and candidate.score >= candidate.threshold


def waiting(candidate: Candidate, shown: str) -> str:
    """How near a change is, and what else holds it back. `shown`: the label that the view shows."""
    score, threshold = _compared(candidate.score, candidate.threshold)
    if candidate.change is EventType.START:
        text = f"{candidate.label} has {score} of {threshold} needed"
    else:
        name = "it" if candidate.label == shown else candidate.label
        text = f"{name} has {score} and ends below {threshold}"
    if candidate.confirm_s > 0:
        text += f", for {seconds(candidate.held_s)} of {seconds(candidate.confirm_s)}"
    if candidate.blocked_by is None:
        return text
    return f"{text}; held back: {_BLOCKED_NOW[candidate.blocked_by]}"


def seconds(value: float) -> str:
    """ "1.2 s", "2 s", "75 s", "5 min", "3.5 h"."""
    if value >= 3600:
        return f"{value / 3600:.3g} h"
    if value >= 300:
        return f"{value / 60:.3g} min"
    return f"{round(value, 1):g} s"


def newness(novelty: str | None, days_since: int | None, count_today: int | None) -> str | None:
    """How new a start is: "first ever", "first in 12 days", "first today", "3rd today"; None: nobody can tell.

    By what its event says: see Event.
    """
    if novelty == Novelty.FIRST_IN_DAYS and days_since is not None:
        return f"first in {days_since} days"
    if novelty is not None:
        return str(novelty)
    if count_today is None or count_today < 2:
        return None
    return f"{_ordinal(count_today)} today"


def _ordinal(number: int) -> str:
    last = 0 if number // 10 % 10 == 1 else number % 10
    return f"{number}{('th', 'st', 'nd', 'rd')[last] if last < 4 else 'th'}"


def _start(event: Event) -> list[str]:
    """How new it is stands first: a line may be cut."""
    why, new = event.why, newness(event.novelty, event.days_since, event.count_today)
    score = event.score if why.score is None else why.score
    needed = "" if why.threshold_enter is None else f" of {why.threshold_enter:.2f} needed"
    return [*([] if new is None else [new]), f"{score:.2f}{needed}{_held(why)}"]


def _lasting(why: Why) -> list[str]:
    """It may be longer than was asked for: nobody saw it at that time."""
    parts = [] if why.duration_s is None else [f"it has been there for {seconds(why.duration_s)}"]
    asked = None if why.lasting_s is None else seconds(why.lasting_s)
    if asked is not None and (why.duration_s is None or asked != seconds(why.duration_s)):
        parts.append(f"{asked} were asked for")
    return parts


def _end(event: Event) -> list[str]:
    why = event.why
    match why.reason:
        case Reason.REPLACED:
            parts = [f"{why.by or 'another label'} took its place"]
        case Reason.BELOW_THRESHOLD:
            below = "" if why.threshold_exit is None else f", below {why.threshold_exit:.2f}"
            parts = [f"{event.score if why.score is None else why.score:.2f}{below}{_held(why)}"]
        case None:
            parts = []
        case reason:
            parts = [_ENDS.get(reason, str(reason))]
    if why.gap_s is not None:
        parts.append(f"not seen for {seconds(why.gap_s)}")
    if why.duration_s is not None:
        parts.append(f"it was there for {seconds(why.duration_s)}")
    return parts


def _compared(score: float, threshold: float) -> tuple[str, str]:
    """Both, to as many digits as tell them apart."""
    if score != threshold and f"{score:.2f}" == f"{threshold:.2f}":
        return f"{score:.3f}", f"{threshold:.3f}"
    return f"{score:.2f}", f"{threshold:.2f}"


def _held(why: Why) -> str:
    if why.held_s is None or (why.confirm_s == 0 and round(why.held_s, 1) == 0):
        return ""  # at once, and nothing more was asked
    needed = "" if why.confirm_s is None else f" ({seconds(why.confirm_s)} needed)"
    return f", for {seconds(why.held_s)}{needed}"


def _aside(event: Event) -> list[str]:
    """What goes for all kinds of events."""
    why, parts = event.why, []
    if why.blocked_by is not None:
        for_long = "" if why.blocked_s is None else f" for {seconds(why.blocked_s)}"
        parts.append(f"held back{for_long} before: {_BLOCKS[why.blocked_by]}")
    if why.raw_score is not None and round(why.raw_score, 2) != round(
        event.score if why.score is None else why.score, 2
    ):
        parts.append(f"the model's own score {why.raw_score:.2f}")
    others = [row for row in why.best if row.label != event.label and row.score >= LEAST_SHOWN][:2]
    if others:
        parts.append("next best " + ", ".join(f"{row.label} {row.score:.2f}" for row in others))
    if why.light_changed_s is not None:
        parts.append(f"the light had changed {seconds(why.light_changed_s)} before")
    if why.shifted is not None:
        parts.append(f"the camera was moved by {why.shifted.x:+.0%} and {why.shifted.y:+.0%} of the picture")
    if event.problems:
        parts.append(f"SUSPECT, the camera is {', '.join(event.problems)}")
    return parts


def _score(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.2f}"
