"""Payloads that are plain text."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, RootModel

from edgeclassify.types.limits import MAX_VIEW_INTERVAL_S

_NUMBER = r"^([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"


class Presence(RootModel[Literal["online", "offline"]]):
    """`online` or `offline`."""


class Switch(RootModel[Literal["ON", "OFF"]]):
    """`ON` or `OFF`."""


class Showing(RootModel[Literal["ON", "OFF", "None"]]):
    """`ON`, `OFF`, or `None`: nobody can tell."""


class ProfileText(RootModel[Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]]):
    """Name of a profile, or `none`."""


class ChosenProfileText(RootModel[Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{0,64}$")]]):
    """Name of a profile; `none`, or nothing at all: no profile."""


def _at_most(most: float) -> AfterValidator:
    def check(text: str) -> str:
        if float(text) > most:
            raise ValueError(f"expected a number of 0 to {most:g}")
        return text

    return AfterValidator(check)


class ScoreText(RootModel[Annotated[str, Field(pattern=_NUMBER), _at_most(1)]]):
    """A decimal number of 0 to 1."""


class SecondsText(RootModel[Annotated[str, Field(pattern=_NUMBER), _at_most(MAX_VIEW_INTERVAL_S)]]):
    """Seconds as a decimal number, a week at most."""
