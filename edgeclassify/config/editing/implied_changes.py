"""What else has to change with a key, so that a file says afterwards what was meant."""

from collections.abc import Iterator, Sequence
from typing import Any

from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.errors import ConfigError


def with_implied(document: dict[str, Any], keys: Sequence[KeyChange]) -> list[KeyChange]:
    """The changes, with those that they imply. Raises ConfigError for what can't be.

    A file without views has one per camera, which are gone as soon as it names another one: they are written down
    first, so that a view which is edited or added has them beside it as before. And profiles know a view by its
    name: a new one is new there, too, and one that is taken away goes from there, with a profile that says nothing
    else.
    """
    return [*_default_views(document, keys), *(one for key in keys for one in _in_profiles(document, key))]


def _default_views(document: dict[str, Any], keys: Sequence[KeyChange]) -> Iterator[KeyChange]:
    if document.get("view") or not any(key.path[0] == "view" for key in keys):
        return
    names = [str(camera.get("name", "camera")) for camera in document.get("camera", ())]
    whole = [key for key in keys if key.path[0] == "view" and len(key.path) == 2]
    gone = {key.path[1] for key in whole if key.value is None}
    if gone and not {*names, *(key.path[1] for key in whole)} - gone:
        raise ConfigError(
            f"view.{names[0]}: it is there by default, since there is no other one. Add one first, or set its "
            "enabled to false."
        )
    yield from (KeyChange(("view", name), {"name": name, "camera": name}) for name in names)


def _in_profiles(document: dict[str, Any], key: KeyChange) -> Iterator[KeyChange]:
    yield key
    view = key.path[1] if len(key.path) > 1 and key.path[0] == "view" else None
    is_gone = len(key.path) == 2 and key.value is None
    is_renamed = key.path[2:] == ("name",) and key.value not in (None, view)
    if view is None or not (is_gone or is_renamed):
        return
    profiles = document.get("profile", {})
    for name, profile in profiles.items():
        said = profile.get("view", {}).get(view) if isinstance(profile, dict) else None
        if said is None:
            continue
        if is_renamed:
            yield KeyChange(("profile", name, "view", str(key.value)), said)
        yield KeyChange(("profile", name, "view", view), None)
