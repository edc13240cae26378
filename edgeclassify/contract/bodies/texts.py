"""Payloads that are plain text."""

from typing import Annotated, Literal

from edgeclassify.late_model import AfterValidator, ConfigDict, Field, RootModel
from edgeclassify.types.limits import MAX_VIEW_INTERVAL_S

_NUMBER = r"^([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"


class _Text(RootModel[str]):
    """What is said is not judged, so that it makes no class's validator."""

    model_config = ConfigDict(defer_build=True)


class Presence(_Text):
    """`online` or `offline`."""

    root: Literal["online", "offline"]


class Switch(_Text):
    """`ON` or `OFF`."""

    root: Literal["ON", "OFF"]


class Showing(_Text):
    """`ON`, `OFF`, or `None`: nobody can tell."""

    root: Literal["ON", "OFF", "None"]


class ProbeText(_Text):
    """Hexadecimal digits, others each time."""

    root: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]


class ProfileText(_Text):
    """Name of a profile, or `none`."""

    root: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]


class ChosenProfileText(_Text):
    """Name of a profile; `none`, or nothing at all: no profile."""

    root: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{0,64}$")]


def _at_most(most: float) -> AfterValidator:
    def check(text: str) -> str:
        if float(text) > most:
            raise ValueError(f"expected a number of 0 to {most:g}")
        return text

    return AfterValidator(check)


class ScoreText(_Text):
    """A decimal number of 0 to 1."""

    root: Annotated[str, Field(pattern=_NUMBER), _at_most(1)]


class SecondsText(_Text):
    """Seconds as a decimal number, a week at most."""

    root: Annotated[str, Field(pattern=_NUMBER), _at_most(MAX_VIEW_INTERVAL_S)]
