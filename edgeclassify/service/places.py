"""Where the parts of the service lie on every machine, whether a package or `service install` put them there."""

import re
from pathlib import Path

NAME = "edgeclassify"
"""Of the unit, of its user and of its group."""
UNIT = f"{NAME}.service"
INSTANCE = f"{NAME}@.service"
"""The unit of several nodes on one machine: edgeclassify@NAME.service has /etc/edgeclassify/NAME.toml."""
CONFIG = Path("/etc/edgeclassify/edgeclassify.toml")
STATE = Path("/var/lib/edgeclassify")
DROP_INS = Path("/etc/systemd/system")
ANNOUNCEMENTS = Path("/etc/avahi/services")

_INSTANCE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
TAKEN = frozenset({"models", "snapshots"})
"""No names of instances: below the state folder something else has this name."""


def instance_of(config: Path) -> str | None:
    """The name of the instance that has this config; None: it is the one service's, or its name can't be one's."""
    name = config.stem
    return name if name != NAME and name not in TAKEN and _INSTANCE_NAME.fullmatch(name) else None


def is_services(config: Path) -> bool:
    """True where a unit can run with this config: it is the one service's, or named as an instance's is."""
    real = config.resolve()
    is_instances = real.suffix == ".toml" and instance_of(real) is not None
    return CONFIG in (real, config.absolute()) or (real.parent == CONFIG.parent and is_instances)


def unit_of(config: Path) -> str:
    """The unit that runs with this config, if one does."""
    name = instance_of(config)
    return UNIT if name is None else f"{NAME}@{name}.service"


def unit_name(config: Path) -> str:
    """As unit_of(), as short as people type it."""
    return unit_of(config).removesuffix(".service")


def state_of(config: Path) -> Path:
    """Where the service with this config keeps what survives a restart."""
    name = instance_of(config)
    return STATE if name is None else STATE / name
