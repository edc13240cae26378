"""The config of the update that runs, in the state folder: the lowest layer, which the node's own file overrides.

Which one runs is said by one file, replaced in one step: a power cut leaves the update before or the new one.
"""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgeclassify.config.state_place import default_state_place
from edgeclassify.documents.values import expanded
from edgeclassify.errors import ConfigError
from edgeclassify.files import NotPlainFileError, read_plain_file
from edgeclassify.lazy_dataclass import dataclass

log = logging.getLogger(__name__)

FOLDER, STATE_FILE, CONFIG_FILE = "updates", "state.json", "config.toml"
FORBIDDEN = {"include": None, "updates": None, "node": ("name", "state_dir")}
"""What an update's config may not say: it would change whose updates count, or which node this is."""
_MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class UpdateChoice:
    """Which update is meant. `folder`: one of them; None: none at all."""

    folder: Path | None


def forbidden_key(document: Mapping[str, Any]) -> str | None:
    """The first key of FORBIDDEN in an update's config; None: there is none."""
    for section, keys in FORBIDDEN.items():
        said = document.get(section)
        if said is not None and keys is None:
            return section
        for key in keys or ():
            if isinstance(said, dict) and key in said:
                return f"{section}.{key}"
    return None


def updates_folder(document: Mapping[str, Any], base: Path) -> Path | None:
    """Where updates are kept, by a document that was read; None: nowhere."""
    node = document.get("node")
    named = node.get("state_dir") if isinstance(node, dict) else None
    try:
        place = base / expanded(named) if isinstance(named, str) and named else default_state_place()
    except ConfigError:  # said with the other faults of the file
        return None
    return None if place is None else place / FOLDER


def config_in(folder: Path) -> Path | None:
    """The config of the update there; None: it has none that can be seen."""
    config = folder / CONFIG_FILE
    return config if os.path.isfile(config) else None  # noqa: PTH113 - Path's raises where a disk is damaged


def running_update(updates: Path) -> UpdateChoice:
    """Which one runs, by what lies there. What can't be read counts as none, and that is said."""
    path = updates / STATE_FILE
    try:
        content = read_plain_file(path, _MOST_BYTES)
        running = json.loads(content).get("running")
        folder = None if running is None else updates / str(running["folder"])
        if folder is None or config_in(folder) is not None:
            return UpdateChoice(folder)
        log.warning(
            "%s: expected the %s of the update that runs, found none. The config is without it, until the update "
            "is fetched again.",
            folder,
            CONFIG_FILE,
        )
    except FileNotFoundError:
        pass
    except (OSError, NotPlainFileError) as error:
        log.warning(
            "%s: can't be read: %s. The config is without its update.", path, getattr(error, "strerror", error)
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        log.warning("%s: is damaged. The config is without its update.", path)
    return UpdateChoice(None)
