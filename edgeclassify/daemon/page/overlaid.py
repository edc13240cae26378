"""What lies over the config: profiles that are on, and what was set over MQTT."""

from collections.abc import Iterator, Sequence

from edgeclassify.config import Config
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.config.profiles import ALL_VIEWS
from edgeclassify.types import Option

_OPTIONS = {"threshold_enter": Option.THRESHOLD, "enabled": Option.ENABLED}
"""Keys of a view that may be set over MQTT, too."""


def said_options(config: Config, keys: Sequence[KeyChange]) -> Iterator[tuple[str, Option]]:
    """The options, and their views, of which these changes say something: what was set of them is over."""
    for view in config.views():
        for key in keys:
            if key.path[:2] == ("view", view.name):
                yield from ((view.name, option) for name, option in _OPTIONS.items() if _says(key, name))
            elif key.path == ("camera", view.camera, "interval_s"):
                yield view.name, Option.INTERVAL


def overlaid_notes(config: Config, profile: str | None, keys: Sequence[KeyChange]) -> Iterator[str]:
    """A sentence for each change that has no effect while this profile is on."""
    on = None if profile is None else config.profile.get(profile)
    if on is None:
        return
    for key in keys:
        if key.path[0] != "view" or len(key.path) < 3:
            continue
        for name in (ALL_VIEWS, key.path[1]):
            said = on.view.get(name)
            if said is not None and key.path[2] in said.model_fields_set:
                yield (
                    f"{'.'.join(key.path[1:])}: profile {profile} is on and says something else of it: what was "
                    "changed holds when that is off"
                )
                break


def _says(key: KeyChange, name: str) -> bool:
    if len(key.path) == 2:
        return isinstance(key.value, dict) and name in key.value
    return key.path[2:] == (name,)
