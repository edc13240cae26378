"""Where a history is asked: the files of this machine, or a node over MQTT. Both give the same objects."""

import grp
import os
import pwd
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click

from edgeclassify.config import Config
from edgeclassify.contract.encoding import rfc3339
from edgeclassify.daemon.kept.kept_state import state_folder
from edgeclassify.daemon.publishing import HISTORY, snapshot_folder
from edgeclassify.errors import HistoryError, HistoryMissingError
from edgeclassify.files.database import is_damage
from edgeclassify.history.answers import body_of
from edgeclassify.history.file import FILE_NAME, open_to_read
from edgeclassify.history.interface import LoggedEvent, Page
from edgeclassify.history.pictures import with_pictures
from edgeclassify.history.whole import WholeHistory
from edgeclassify.publish.spool.beside import lacked_by
from edgeclassify.publish.spool.disk import FILE_NAME as SPOOL_NAME
from edgeclassify.service.sandbox import service_of
from edgeclassify.types import Command, HistoryQuery
from edgeclassify.watch.asking import Asker

Ask = Callable[[HistoryQuery], dict[str, Any]]
"""Gives the data of the answer, as over MQTT."""


def folders_of(config: Config, path: Path) -> tuple[Path | None, Path | None]:
    """The state folder of a config that was read from there and that of its pictures, as its service sees them."""
    service = service_of(path)
    with nullcontext() if service is None else service.environment():
        return state_folder(config), snapshot_folder(config)


@contextmanager
def files_of(config: Config, path: Path) -> Iterator[Ask]:
    """Those of this machine, the spool for what lingers there, also while the daemon writes. Raises HistoryError.

    Where the spool can't be read, that is said and its events are left out.
    """
    folder, pictures = folders_of(config, path)
    if folder is None:
        raise HistoryMissingError(f"{path}: no history is kept: there is no state folder. Set node.state_dir.")
    file = folder / FILE_NAME
    zone = config.node.zone
    # First the spool: what leaves it is in the history before.
    waiting = _waiting(folder) if config.history.enabled else []
    with ExitStack() as opened:
        connection = None
        try:
            connection = opened.enter_context(closing(open_to_read(file)))
        except (sqlite3.Error, OSError) as error:
            if not (waiting and isinstance(error, FileNotFoundError)):
                raise _unreadable(file, error, enabled=config.history.enabled) from error
        whole = opened.enter_context(closing(WholeHistory(connection, waiting)))
        yield lambda query: _answer(whole, query, file, pictures, zone)


def _waiting(folder: Path) -> list[LoggedEvent]:
    """What the history has not had of the spool."""
    try:
        return [LoggedEvent(event.seq, event.view, event.body) for event in lacked_by(HISTORY, folder)]
    except (sqlite3.Error, OSError) as error:
        file = folder / SPOOL_NAME
        why = _who_may(file) if isinstance(error, PermissionError) else f"it can't be read ({error})"
        click.echo(f"edgeclassify: {file}: {why}: what lingers there, of up to six hours, is not shown", err=True)
        return []


def _answer(
    whole: WholeHistory, query: HistoryQuery, file: Path, pictures: Path | None, zone: tzinfo | None
) -> dict[str, Any]:
    try:
        answer = whole.answer(query, zone)
    except sqlite3.Error as error:
        raise _unreadable(file, error, enabled=True) from error
    if isinstance(answer, Page):
        answer = replace(answer, events=with_pictures(answer.events, pictures))
    return body_of(answer).content()


def _unreadable(file: Path, error: Exception, *, enabled: bool) -> HistoryError:
    if isinstance(error, FileNotFoundError):
        why = "the daemon has not run with it yet" if enabled else "history.enabled is false"
        return HistoryMissingError(f"{file}: no history is kept there: {why}")
    if isinstance(error, PermissionError):
        return HistoryMissingError(f"{file}: {_who_may(file)}. Try it with sudo.")
    if isinstance(error, sqlite3.Error) and is_damage(error):
        return HistoryError(
            f"{file}: it is damaged ({error}). A daemon that comes upon the damage sets it aside and begins anew"
        )
    reason = error.strerror if isinstance(error, OSError) and error.strerror else error
    return HistoryError(f"{file}: can't be read: {reason}")


def _who_may(file: Path) -> str:
    """Who may read the file, where we may not."""
    try:
        found = file.stat()
    except OSError:
        return f"its folder {file.parent} is not for {_name_of(os.geteuid())}"
    who = [_name_of(found.st_uid)] if found.st_mode & stat.S_IRUSR else []
    who += [f"the group {_group_of(found.st_gid)}"] if found.st_mode & stat.S_IRGRP else []
    return f"{' and '.join(who) or 'nobody'} may read it, not {_name_of(os.geteuid())}"


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _group_of(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


@contextmanager
def node_of(config: Config, node: str) -> Iterator[Ask]:
    """A node's own, over the broker of this config. Raises PublishError."""
    with Asker(config.mqtt, node) as asker:
        yield lambda query: asker.ask(Command.HISTORY, _request_of(query))


def _request_of(query: HistoryQuery) -> dict[str, Any]:
    times = {name: rfc3339(at) for name in ("since", "until") if (at := getattr(query, name)) is not None}
    names = ("view", "label", "event_type", "before_seq", "after_seq", "limit", "per")
    return {name: value for name in names if (value := getattr(query, name)) is not None} | times
