"""Whether a command that changes the machine may do so."""

import os

from edgeclassify.errors import ServiceError


def check_root(command: str) -> None:
    """Raises ServiceError, with what to type, where the user is not root."""
    if os.geteuid() != 0:
        raise ServiceError(
            f"{command}: expected root rights, found user {os.geteuid()}. Run: sudo edgeclassify {command}"
        )
