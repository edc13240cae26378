"""Faults of profiles: names that are none, views that are not there, thresholds that contradict each other."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from edgeclassify.config.profiles import ALL_VIEWS, MOST_PROFILES
from edgeclassify.documents.faults import ConfigFault
from edgeclassify.types.limits import NO_PROFILE

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_MERGED = ("label_rules", "lasting")

ThresholdFaults = Callable[[str, Mapping[str, Any]], Iterator[ConfigFault]]
"""Given the key and the table of a view: what is wrong with its thresholds."""


def profile_faults(
    profiles: Mapping[str, Any],
    names: Sequence[str],
    views: Mapping[str, Mapping[str, Any]],
    threshold_faults: ThresholdFaults,
) -> Iterator[ConfigFault]:
    """`profiles`: the table of them; `names`: of the views; `views`: the tables of those that have one."""
    if len(profiles) > MOST_PROFILES:
        yield ConfigFault("profile", f"{MOST_PROFILES} profiles at most", str(len(profiles)))
    folded: dict[str, str] = {}
    for name, profile in profiles.items():
        place = f"profile.{name if name.isprintable() else repr(name)[1:-1]}"
        if not _NAME.fullmatch(name):
            yield ConfigFault(place, "a name of 1 to 64 letters, digits, - or _", repr(name))
        elif name.casefold() == NO_PROFILE:
            yield ConfigFault(place, f"another name ({NO_PROFILE!r} is said where no profile is on)", repr(name))
        elif (other := folded.setdefault(name.casefold(), name)) != name:
            yield ConfigFault(place, f"a name that differs from {other!r} by more than capitals", repr(name))
        overlays = profile.get("view") if isinstance(profile, dict) else None
        if isinstance(overlays, dict):
            yield from _views(f"{place}.view", overlays, names, views, threshold_faults)


def _views(
    place: str,
    overlays: Mapping[str, Any],
    names: Sequence[str],
    views: Mapping[str, Mapping[str, Any]],
    threshold_faults: ThresholdFaults,
) -> Iterator[ConfigFault]:
    for name in overlays:
        if name != ALL_VIEWS and name not in names:
            yield ConfigFault.choice(f"{place}.{name}", (*names, ALL_VIEWS), name)
    for name in names:
        said = [key for key in (ALL_VIEWS, name) if isinstance(overlays.get(key), dict)]
        if not said:
            continue
        usual = dict(views.get(name, {}))
        before = {(fault.key, fault.expected, fault.found) for fault in threshold_faults("", usual)}
        for key in said:
            usual = _over(usual, overlays[key])
        for fault in threshold_faults("", usual):
            if (fault.key, fault.expected, fault.found) not in before:
                hint = fault.hint or f"So it is in view {name} with this profile over it."
                yield ConfigFault(f"{place}.{said[-1]}{fault.key}", fault.expected, fault.found, hint)


def _over(usual: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    found = {**usual, **said}
    for key in _MERGED:
        before, now = usual.get(key), said.get(key)
        if isinstance(before, dict) and isinstance(now, dict):
            found[key] = {**before, **{label: _both(before.get(label), value) for label, value in now.items()}}
    return found


def _both(before: Any, now: Any) -> Any:
    return {**before, **now} if isinstance(before, dict) and isinstance(now, dict) else now
