"""The options of a view, as they are set: each class says what its value may be."""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from edgeclassify import types
from edgeclassify.contract.bodies.base import Score, about
from edgeclassify.contract.requests.base import ViewRequest
from edgeclassify.late_model import AfterValidator, Field, RootModel
from edgeclassify.types import Asker, Command, Option, OptionValue
from edgeclassify.types.limits import MAX_VIEW_INTERVAL_S


def _unsigned(value: float) -> float:
    # -0 is in every range, and the option's topic would show it.
    if math.copysign(1.0, value) < 0:
        raise ValueError("expected a number without a sign")
    return value


Interval = Annotated[float, Field(ge=0, le=MAX_VIEW_INTERVAL_S)]


class SetOption(ViewRequest):
    """Sets an option of a view: the one that is meant says what its value may be."""

    option: Literal["enabled", "threshold", "interval"] = about("What is set.")
    value: Any = about("The new value.")

    @classmethod
    def among(cls, key: str, views: Sequence[str]) -> Sequence[str] | None:
        """An option is one of those that there are."""
        return list(Option) if key == "option" else super().among(key, views)

    @property
    def taken(self) -> OptionValue:
        """The value as the option keeps it."""
        return float(self.value)

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it."""
        return types.Request(command, self.transaction, self.view, Option(self.option), self.taken, asker=asker)


class SetEnabled(SetOption):
    """Watch a view, or let it rest."""

    words: ClassVar[Mapping[str, str]] = {"value": "for enabled true or false, ON or OFF"}

    option: Literal["enabled"] = about("What is set.")
    value: bool | Literal["ON", "OFF"] = about("Is the view classified?")

    @property
    def taken(self) -> OptionValue:
        """True while the view is to be watched."""
        return self.value in (True, "ON")


class SetThreshold(SetOption):
    """Sets the score that a label needs to enter."""

    words: ClassVar[Mapping[str, str]] = {"value": "for threshold a number of 0 to 1"}

    option: Literal["threshold"] = about("What is set.")
    value: Annotated[Score, AfterValidator(_unsigned)] = about("The new threshold_enter, 0-1.")


class SetInterval(SetOption):
    """Sets how often a view is classified."""

    words: ClassVar[Mapping[str, str]] = {"value": f"for interval seconds of 0 to {MAX_VIEW_INTERVAL_S:g}"}

    option: Literal["interval"] = about("What is set.")
    value: Annotated[Interval, AfterValidator(_unsigned)] = about("Seconds between two classified frames.")


class SetRequest(
    RootModel[Annotated[SetEnabled | SetThreshold | SetInterval, Field(discriminator="option")]],
):
    """Sets an option of a view."""


OPTIONS: Mapping[Any, type[SetOption]] = {
    "enabled": SetEnabled,
    "threshold": SetThreshold,
    "interval": SetInterval,
}
"""By the value of the key `option`."""
