"""Where the parts of the service lie on every machine, whether a package or `service install` put them there."""

from pathlib import Path

NAME = "edgeclassify"
"""Of the unit, of its user and of its group."""
UNIT = f"{NAME}.service"
INSTANCE = f"{NAME}@.service"
"""The unit of several nodes on one machine: edgeclassify@NAME.service has /etc/edgeclassify/NAME.toml."""
CONFIG = Path("/etc/edgeclassify/edgeclassify.toml")
STATE = Path("/var/lib/edgeclassify")
