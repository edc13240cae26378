"""What every section of the config is made of: its base class and the types of its values."""

import re
from typing import Annotated, Any, Self

from edgeclassify.late_model import ConfigDict, Field, LateModel
from edgeclassify.tempering import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from edgeclassify.types.limits import MAX_VIEW_INTERVAL_S

Name = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=MAX_VIEW_INTERVAL_S, allow_inf_nan=False)]
PositiveSeconds = Annotated[float, Field(gt=0, le=MAX_VIEW_INTERVAL_S, allow_inf_nan=False)]
Temperature = Annotated[float, Field(ge=LOWEST_TEMPERATURE, le=HIGHEST_TEMPERATURE, allow_inf_nan=False)]
Side = Annotated[int, Field(ge=16, le=8192)]
Text = Annotated[str, Field(min_length=1)]


def about(default: Any, text: str) -> Any:
    """A field with its default and the description that the reference shows."""
    return Field(default, description=text)


def left_out() -> Any:
    """A section of the file that may be left out: each of its keys is then at its default.

    An empty table, judged with the rest of the file: of an object of its class, a validator would be made for that
    class alone first, which takes as long as the rest of the start of a daemon's config.
    """
    return Field(default_factory=dict)


def topic_levels(value: str) -> str:
    """Passes what may stand in front of a topic; raises ValueError for the rest."""
    if not all(re.fullmatch(r"[^\s+#\x00-\x1f$]+", level) for level in value.split("/")):
        raise ValueError("topic levels without spaces, +, #, $ or control characters, joined by /")
    return value


class Section(LateModel):
    """A table of the config: frozen, unknown keys are faults, and so are values of another type.

    TOML has types: "1883" is no port and 3.0 no count. A whole number passes for a float. Only what TOML can't
    tell apart is converted, marked by strict=False: a list is a tuple, a string a path.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, strict=True, defer_build=True)

    @classmethod
    def usual(cls, **said: Any) -> Self:
        """A section with its keys at their defaults, but those that are said, whose values are known to be good.

        Nothing is judged: the first judgement by a class takes as long as a hundred others.
        """
        return super().model_construct(None, **said)
