"""What the page is told, as JSON: bodies of the contract, with the view that each is of."""

from collections.abc import Mapping
from typing import Any

from edgeclassify.contract import bodies
from edgeclassify.contract.encoding import rfc3339, rounded
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import Condition, Event, Prediction, Roi, ViewState

LOOK_TOP = 5
"""Labels that a look lists."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the model made of a frame, and of which part of it. `region` None: nobody looks on, as on a node that
    shows no pictures."""

    view: str
    region: Roi | None
    prediction: Prediction


def of_state(state: ViewState) -> dict[str, Any]:
    """What a view shows. Raises PublishError for a score that is not finite."""
    return {"view": state.view, "known": state.known, **bodies.State.of(state).content()}


def of_event(event: Event) -> dict[str, Any]:
    """What happened in a view. Raises PublishError for a score that is not finite."""
    return {"view": event.view, **bodies.Event.of(event).content()}


def of_condition(view: str, condition: Condition) -> dict[str, Any]:
    """What is wrong with the picture of a view's camera."""
    return {"view": view, **bodies.Problems.of(condition).content()}


def of_snooze(view: str, until: float | None) -> dict[str, Any]:
    """Until when a view is left alone."""
    return {"view": view, **bodies.Snooze.of(until).content()}


def of_look(look: Look) -> dict[str, Any]:
    """What the model made of a frame: its own labels. Raises PublishError for a score that is not finite."""
    region, prediction = look.region, look.prediction
    return {
        "view": look.view,
        "ts": rfc3339(prediction.captured_at),
        "region": None if region is None else of_region(region),
        "top": [bodies.LabelScore.of(row).content() for row in prediction.top(LOOK_TOP)],
        "ms": rounded(prediction.ms, "ms"),
    }


def of_region(region: Roi) -> list[float]:
    """As the config writes it: left edge, top edge, width, height."""
    return [rounded(side, "region") for side in (region.x, region.y, region.width, region.height)]


def plain_options(options: Mapping[str, float | bool]) -> dict[str, float | bool]:
    """What options of a view are set to; numbers with 4 digits."""
    return {name: value if isinstance(value, bool) else rounded(value, name) for name, value in options.items()}
