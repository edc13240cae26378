"""What takes over a config, as the page needs it."""

from collections.abc import Callable
from typing import Protocol

from edgeclassify.config import Config


class Reloads(Protocol):
    """The daemon's reloader."""

    def reload(self, *, load: Callable[[], Config] | None = None) -> None:
        """Take over a config; `load` None: the one in its place. Raises EdgeClassifyError, and goes on by the one
        before."""
