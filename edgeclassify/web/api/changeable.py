"""Which keys of the config may be changed over HTTP: how is watched, nothing of the machine and its secrets."""

from collections.abc import Iterator

from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.errors import ConfigError

SECTIONS = ("view", "camera", "model", "groups", "profile")
CAMERA_KEYS = (
    "interval_s", "rotation", "hflip", "vflip", "zoom", "controls", "night", "scene_checks", "realign",
    "realign_limit",
)  # fmt: skip
"""How often, and how its picture is taken: not where it comes from."""
NO_FILES = ("labels",)
"""Of a model: it names a file, whose lines would show as labels."""


def check_changeable(key: KeyChange) -> None:
    """Raises ConfigError where this one is not for the page to change."""
    section = key.path[0]
    if section not in SECTIONS:
        raise ConfigError(
            f"{section}: expected one of {', '.join(SECTIONS)}, which can be changed from here, found another "
            "one. Edit the file by hand for the rest."
        )
    if section == "camera" and (len(key.path) < 3 or key.path[2] not in CAMERA_KEYS):
        raise ConfigError(
            f"{'.'.join(key.path)}: expected one of the keys {', '.join(CAMERA_KEYS)} of a camera, found another "
            "one. Edit the file by hand for the rest."
        )
    if section == "view" and len(key.path) == 2 and not isinstance(key.value, dict | None):
        raise ConfigError(f"{'.'.join(key.path)}: expected a table, or null, found another value.")
    for path in _leaves(key.path, key.value):
        if _names_file(path):
            raise ConfigError(f"{'.'.join(path)}: it names a file. Edit the config by hand for that.")


def _leaves(path: tuple[str, ...], value: object) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves((*path, str(key)), one)


def _names_file(path: tuple[str, ...]) -> bool:
    of_model = path[0] == "model" or (path[0] == "view" and path[2:3] == ("model",))
    return of_model and path[-1] in NO_FILES
