"""`edgeclassify ingest`: what the nodes of a broker say, into a database."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeclassify.cli.support.broker_options import broker_options, group_option, in_options, settings_of
from edgeclassify.cli.support.names import check_name
from edgeclassify.errors import ConfigError, PublishError, UsageError

if TYPE_CHECKING:
    from edgeclassify.ingest.postgres.address import Address

BUFFER_BYTES = 1 << 30


@click.command(short_help="Events of all nodes into a PostgreSQL database.")
@click.argument("database", metavar="URL")
@broker_options
@click.option(
    "--buffer",
    metavar="FILE",
    help="Where messages wait for the database; a folder (no ending, or a / behind it): ingest.sqlite3 in it. "
    "Default: in $STATE_DIRECTORY, else ~/.local/state/edgeclassify.",
)
@click.option(
    "--buffer-bytes",
    type=click.IntRange(1 << 16),
    metavar="BYTES",
    default=BUFFER_BYTES,
    show_default=True,
    help="What may wait there; more is left to the broker.",
)
@group_option
@click.option(
    "--leave",
    is_flag=True,
    help="Take what the broker has kept for this buffer, have it keep nothing any longer, and end: for an ingest "
    "that is taken away for good.",
)
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="End after so long; default: SIGTERM or Ctrl-C ends it.",
)
def ingest(
    database: str,
    path: Path | None,
    buffer: str | None,
    buffer_bytes: int,
    group: str | None,
    leave: bool,
    seconds: float | None,
    **given: Any,
) -> None:
    """Keep every event of every node in a PostgreSQL database, each once, and what nodes say of themselves.

    URL is postgresql://user@host/database. Its password comes from ~/.pgpass (PGPASSFILE), PGPASSWORD, or a file:
    ?passfile=FILE. Tables are made at the first start. While the database is away events wait in the buffer; the
    broker keeps what comes while this command does not run.

    \b
    Example:  edgeclassify ingest postgresql://edgeclassify@localhost/fleet --host broker.local
              edgeclassify ingest postgresql://edgeclassify@db/fleet --config edgeclassify.toml --group ingest
              edgeclassify ingest 'postgresql:///fleet?host=/run/postgresql' --buffer /var/lib/ingest
    """
    check_name("ingest: --group", group)
    address = _address(database)
    config = settings_of("ingest", path, given)
    from edgeclassify.ingest.postgres.store import PostgresStore
    from edgeclassify.ingest.running import ingest as run
    from edgeclassify.logs import set_up_logging

    set_up_logging("info")
    if address.has_password:
        logging.getLogger(__name__).warning(
            "the password is in the URL: everybody on this machine can read it in the list of processes. "
            "?passfile=FILE, PGPASSFILE or PGPASSWORD have it for this command alone"
        )
    named = str if path is not None else in_options
    end = None if seconds is None else time.monotonic() + seconds
    told = _told_to_end()
    try:
        run(
            config.mqtt,
            PostgresStore(address),
            path=_file(buffer),
            most_bytes=buffer_bytes,
            group=group,
            is_over=lambda: told.is_set() or (end is not None and time.monotonic() >= end),
            leaves=leave,
            named=named,
        )
    except (ConfigError, PublishError) as error:
        raise type(error)(named(str(error))) from error


def _address(url: str) -> Address:
    from edgeclassify.ingest.interface import DatabaseMissingError
    from edgeclassify.ingest.postgres.address import address_of

    try:
        return address_of(url)
    except ImportError as error:
        if (error.name or "psycopg").partition(".")[0] != "psycopg":
            raise
        raise DatabaseMissingError(
            "ingest: expected psycopg, which speaks to PostgreSQL, found none that works: "
            "pip install 'edgeclassify[postgres]'"
        ) from error


def _told_to_end() -> threading.Event:
    """Set by the usual ways to end it: what is under way is finished. A second Ctrl-C ends it at once."""
    told = threading.Event()

    def end(*_: object) -> None:
        told.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, end)
    return told


def _file(buffer: str | None) -> Path:
    """The buffer's file. A folder that is there, or is meant as one, has it in it."""
    from edgeclassify.ingest.buffer import FILE_NAME

    if buffer is not None:
        path = Path(buffer)
        is_meant_as_folder = buffer.endswith("/") or (not path.suffix and not path.is_file())
        return path / FILE_NAME if is_meant_as_folder or path.is_dir() else path
    if folder := os.environ.get("STATE_DIRECTORY", "").split(":")[0]:
        return Path(folder) / FILE_NAME
    try:
        home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    except RuntimeError as error:
        raise UsageError(
            "ingest: --buffer: expected a file, found none, and this user has no home folder"
        ) from error
    return home / "edgeclassify" / FILE_NAME
