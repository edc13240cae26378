"""`edgeclassify updates keygen`: the pair of keys that a fleet's updates are signed with."""

from __future__ import annotations

import os
from pathlib import Path

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH
from edgeclassify.errors import StorageError


@click.command(short_help="Make the pair of keys that updates are signed with.")
@click.argument("file", type=CONFIG_PATH)
def keygen(file: Path) -> None:
    """Write a new private key to FILE, for you alone, and the public one to FILE.pub; that is printed as well.

    The public key goes into updates.public_key of each node. The private one never leaves your computer: who has
    it can give your nodes another config. Keep a copy of it where nobody else reads it: without it no update can
    be signed, and each node needs another public key by hand.

    \b
    Example:  edgeclassify updates keygen fleet.key
    """
    from edgeclassify.updates.signature import new_private_key, public_key_of

    private = new_private_key()
    public = public_key_of(private)
    public_file = file.with_name(f"{file.name}.pub")
    for one in (file, public_file):  # both, before the private one is there
        if os.path.lexists(one):
            raise _taken(one)
    _write_new(file, private, 0o600)
    _write_new(public_file, public, 0o644)
    click.echo(f"{file}: written, for you alone. The public key, also in {file.name}.pub:", err=True)
    click.echo(public)


def _taken(file: Path) -> StorageError:
    return StorageError(f"{file}: expected a new file, found one there. A key is never written over.")


def _write_new(file: Path, text: str, mode: int) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "w") as opened:
            os.fchmod(opened.fileno(), mode)
            opened.write(f"{text}\n")
            opened.flush()
            os.fsync(opened.fileno())
    except FileExistsError as error:
        raise _taken(file) from error
    except OSError as error:
        raise StorageError(f"{file}: can't be written: {error.strerror}.") from error
