"""systemd's credential stores: where the unit takes the broker's password from, and root may look too."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from edgeclassify.service.places import unit_name

STORES = Path("/etc/credstore"), Path("/etc/credstore.encrypted")
SECRETS = ("mqtt-password", "webhook-secret")
_PATIENCE_S = 20.0


def stored_secret(config: Path, secret: str) -> str | None:
    """One of SECRETS, as the service with this config gets it; None where there is none, or it is not ours."""
    plain, sealed = _files(config, secret)
    with suppress(OSError, ValueError):
        return plain.read_text(encoding="utf-8")
    if not os.access(sealed, os.R_OK):  # the stores are root's
        return None
    command = ["systemd-creds", "decrypt", str(sealed), "-"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=True)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout


def stored_files(config: Path) -> Iterator[Path]:
    """Every file of the stores that is for the service with this config, whether it is there or not."""
    for secret in SECRETS:
        yield from _files(config, secret)


def _files(config: Path, secret: str) -> tuple[Path, Path]:
    name = f"{unit_name(config).replace('@', '-')}.{secret}"
    return STORES[0] / name, STORES[1] / f"{name}.encrypted"
