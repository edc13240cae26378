"""Messages of a node in words: events, late ones too, and states that wait for something.

Nothing is believed: what is no message of the contract is left out.
"""

from collections.abc import Iterator
from typing import Any

from edgeclassify.files import printable
from edgeclassify.sentences import is_far, sentence_of, waiting
from edgeclassify.types import Candidate, EventType
from edgeclassify.types.events import Block
from edgeclassify.watch.reading import event_of


def candidate_of(body: dict[str, Any]) -> tuple[str, Candidate] | None:
    """Of a state's JSON object the label that is shown, and the change that is nearest; None: there is none."""
    found, label = body.get("candidate"), body.get("label")
    if not isinstance(found, dict) or not isinstance(label, str):
        return None
    try:
        blocked_by = found.get("blocked_by")
        return label, Candidate(
            EventType(found["change"]),
            str(found["label"]),
            float(found["score"]),
            float(found["threshold"]),
            float(found["held_s"]),
            float(found["confirm_s"]),
            None if blocked_by is None else Block(blocked_by),
        )
    except (KeyError, ValueError, TypeError):
        return None


def is_message(body: dict[str, Any]) -> bool:
    """True where it is an event, late or not, or a view's state, also one that waits for nothing."""
    if "event_type" in body:
        return event_of(body, "") is not None
    return isinstance(body.get("label"), str) and "score" in body


def words_of(body: dict[str, Any], view: str) -> Iterator[str]:
    """What a message says, in a line; nothing where it is none of those, or waits for nothing."""
    named = f"{view}  " if view else ""
    event = event_of(body, view) if "event_type" in body else None
    if event is not None:
        late = " (late)" if body.get("historical") else ""
        at = str(body["ts"])
        said = f"{event.event_type} of {printable(event.label)}: {sentence_of(event)}".rstrip(": ")
        yield f"{printable(at)}  {named}{printable(said)}{late}"
    elif (near := candidate_of(body)) is not None and not is_far(near[1]):
        label, candidate = near
        said = f"stays {label}: {waiting(candidate, label)}"
        yield f"{printable(str(body.get('ts', '')))}  {named}{printable(said)}"
