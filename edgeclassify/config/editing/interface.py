"""What is changed in a config file, and what of it is refused."""

from typing import Any

from edgeclassify.errors import ConfigError
from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key of the config that is to have another value.

    `path`: from the top, as in ("view", "gate", "roi"): tables of a list are named by their `name`. `value` None:
    the key, or the whole table, is taken away. A table in the place of a table: what it does not have is taken
    away there.
    """

    path: tuple[str, ...]
    value: Any


class ConfigConflictError(ConfigError):
    """The file is not the one that the change was made for: somebody else has written it meanwhile."""
