"""Profiles: what differs in the views while one of them is on, and when that is by itself."""

from collections.abc import Iterator
from typing import Annotated, Any, TypeVar

from edgeclassify.config.base import Score, Seconds, Section, Text, about
from edgeclassify.config.rules import LabelRulesConfig, Marks, RulesConfig, check_quiet_hours
from edgeclassify.config.spans import WeekSpan, week_span
from edgeclassify.late_model import Field, field_validator
from edgeclassify.types.limits import NO_PROFILE

ALL_VIEWS = "*"
"""In the place of a view's name: each of them."""
MOST_PROFILES = 32
_MERGED = ("label_rules", "lasting")
"""Tables, of which a profile changes the labels that it names."""

_View = TypeVar("_View", bound=RulesConfig)


class ProfileViewConfig(Section):
    """[profile.NAME.view.VIEW]: what differs in that view while the profile is on; what is left out is as ever."""

    enabled: bool | None = about(None, "Is the view watched?")
    threshold_enter: Score | None = about(None, "As of the view.")
    threshold_exit: Score | None = about(None, "As of the view.")
    confirm_s: Seconds | None = about(None, "As of the view.")
    expire_s: Seconds | None = about(None, "As of the view.")
    hold_s: Seconds | None = about(None, "As of the view.")
    cooldown_s: Seconds | None = about(None, "As of the view.")
    unknown_below: Score | None = about(None, "As of the view.")
    quiet_hours: Annotated[tuple[str, ...], Field(strict=False)] | None = about(
        None, "As of the view, in the place of its own."
    )
    label_rules: dict[Text, LabelRulesConfig] | None = about(
        None, "As of the view, for the labels that are named here."
    )
    lasting: dict[Text, Marks] | None = about(
        None, "As of the view, for the labels that are named here; []: nothing is told."
    )
    snapshots: bool | None = about(None, "false: no picture is taken of its events.")

    @field_validator("quiet_hours")
    @classmethod
    def _times(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if value is None else check_quiet_hours(value)

    def over(self, view: _View) -> _View:
        """The view's section with what is said here."""
        said = {key: value for key in self.model_fields_set if (value := getattr(self, key)) is not None}
        said.pop("snapshots", None)
        for key in _MERGED:
            if key in said:
                said[key] = dict(_merged(getattr(view, key), said[key]))
        return view.model_copy(update=said)


class ProfileConfig(Section):
    """[profile.NAME]: how views are watched while it is on."""

    when: Annotated[tuple[Text, ...], Field(strict=False)] = about(
        (),
        "Spans of the week in which it is on by itself, by node.time_zone; where those of several profiles meet, "
        "that of the first one holds.",
    )
    view: dict[str, ProfileViewConfig] = Field(
        default_factory=dict, description='What differs in a view, by its name; "*": in each of them.'
    )

    @field_validator("when")
    @classmethod
    def _spans(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            week_span(text)
        return value

    @property
    def spans(self) -> tuple[WeekSpan, ...]:
        """`when`, understood."""
        return tuple(map(week_span, self.when))

    def over(self, name: str, view: _View) -> _View:
        """The section of the view of that name with what is said here: of all views first, then of this one."""
        for one in self._of(name):
            view = one.over(view)
        return view

    def takes_snapshots(self, name: str) -> bool:
        """True where pictures may be taken of the view's events."""
        said = [one.snapshots for one in self._of(name) if one.snapshots is not None]
        return said[-1] if said else True

    def _of(self, name: str) -> Iterator[ProfileViewConfig]:
        return (self.view[key] for key in (ALL_VIEWS, name) if key in self.view)


def name_of(profile: str | None) -> str:
    """What is said in the place of a profile's name where there is none."""
    return NO_PROFILE if profile is None else profile


def _merged(usual: dict[str, Any], said: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from usual.items()
    for label, value in said.items():
        before = usual.get(label)
        if isinstance(before, LabelRulesConfig):
            own = {key: getattr(value, key) for key in value.model_fields_set}
            yield label, before.model_copy(update=own)
        else:
            yield label, value
