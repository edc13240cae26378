"""The config's controls of a V4L2 device, against those that it has. Pure functions."""

from collections.abc import Iterator, Mapping, Sequence

from edgeclassify.config.cameras import ControlValue
from edgeclassify.documents.faults import listed
from edgeclassify.errors import SourceSetupError
from edgeclassify.sources.video.v4l2 import Control, ControlType
from edgeclassify.suggestions import did_you_mean

_AUTOMATIC_FIRST = ("auto", "automatic", "priority")
"""Controls with such a word in their name decide whether others may be set."""


def values_of(
    wanted: Mapping[str, ControlValue], available: Sequence[Control], path: str, dropped: set[str]
) -> Iterator[tuple[Control, int]]:
    """What is to be set, in the order in which it is to be set: automatics before what they govern.

    `dropped`: controls that go back to their default. Raises SourceSetupError for a control that the camera lacks,
    or a value that it does not take.
    """
    by_name = {control.name: control for control in available}
    values = {name: by_name[name].default for name in dropped if name in by_name}
    for name, value in wanted.items():
        if name not in by_name:
            hint = did_you_mean(name, by_name) or "`edgeclassify cameras` lists them with their values."
            there = listed(by_name) or "none at all"
            raise SourceSetupError(
                f"{path}: controls.extra.{name}: expected one of {there}, which the camera has. {hint}"
            )
        values[name] = _number(by_name[name], value, f"{path}: controls.extra.{name}")
    for name in sorted(values, key=lambda name: not any(word in name for word in _AUTOMATIC_FIRST)):
        yield by_name[name], values[name]


def _number(control: Control, value: ControlValue, where: str) -> int:
    names = {text.casefold(): number for number, text in control.menu.items()}
    if isinstance(value, str):
        if value.casefold() not in names:
            known = listed(control.menu.values()) or "a number: it has no names"
            hint = did_you_mean(value, control.menu.values())
            raise SourceSetupError(f"{where}: expected {known}; found {value!r}. {hint}".rstrip())
        return names[value.casefold()]
    if isinstance(value, list | float) and not (isinstance(value, float) and value.is_integer()):
        raise SourceSetupError(f"{where}: expected a whole number; found {value}.")
    number = int(value)
    if control.kind is not ControlType.BUTTON and not control.least <= number <= control.greatest:
        raise SourceSetupError(f"{where}: expected {control.least} to {control.greatest}; found {value}.")
    return number
