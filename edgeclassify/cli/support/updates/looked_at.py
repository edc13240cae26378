"""What is plainly not meant in an update's config: files that it does not bring, keys that there are not."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edgeclassify.config.sections import Config
from edgeclassify.documents.faults import key_of
from edgeclassify.documents.toml import parse_toml
from edgeclassify.late_model import ValidationError
from edgeclassify.updates.interface import Manifest, UpdateError

_FILE = re.compile(r"(?<!\$)\$\{UPDATE\}/(?P<name>.*)", re.DOTALL)


def check_models_are_there(manifest: Manifest, config: Path) -> None:
    """Raises UpdateError where its config names a file that it does not bring."""
    names = {model.name for model in manifest.models}
    for place, text in _texts(_document(manifest, config)):
        found = _FILE.search(text)
        if found is not None and "$" not in found["name"] and found["name"] not in names:
            raise UpdateError(
                f"{config}: {key_of(place)}: expected one of the files in models "
                f"({', '.join(sorted(names)) or 'there are none'}), found {found[0]}."
            )


def unknown_keys(manifest: Manifest, config: Path) -> list[str]:
    """Keys that edgeclassify as it is installed here does not know: misspelt, or of a later one."""
    try:
        Config.model_validate(_document(manifest, config))
    except ValidationError as error:
        return [key_of(one["loc"]) for one in error.errors() if one["type"] == "extra_forbidden"]
    return []


def _document(manifest: Manifest, config: Path) -> dict[str, Any]:
    try:
        return parse_toml(manifest.config or "")
    except ValueError as error:
        raise UpdateError(f"{config}: not valid TOML: {error}") from error


def _texts(value: Any, place: tuple[int | str, ...] = ()) -> Iterator[tuple[tuple[int | str, ...], str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict | list):
        for step, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(one, (*place, step))
