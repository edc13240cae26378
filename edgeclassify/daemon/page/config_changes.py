"""A change of the config that the page asks for: checked, taken over live, then written to its file."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from edgeclassify.config import Config
from edgeclassify.errors import ConfigError

if TYPE_CHECKING:
    from edgeclassify.web.interface import ConfigChange, ConfigChanged


class Reloads(Protocol):
    """What takes over a config: the daemon's reloader."""

    def reload(self, *, load: Callable[[], Config] | None = None) -> None:
        """Take over a config. Raises EdgeClassifyError, and goes on by the one before."""


def change_config(change: "ConfigChange", config_file: Path | None, reloads: Reloads) -> "ConfigChanged":
    """Carry it out, in the daemon's thread. Raises EdgeClassifyError; then nothing has changed."""
    raise ConfigError("the config can't be changed here yet")
