"""Starts of the daemon while an update has to prove itself: those that fail are counted, and it is undone."""

import logging
from dataclasses import replace
from pathlib import Path

from edgeclassify.config import load_config
from edgeclassify.config.layers.layered import layered
from edgeclassify.config.layers.update_layer import UpdateChoice, updates_folder
from edgeclassify.config.reading import config_bytes, config_text, parsed
from edgeclassify.errors import ConfigError, EdgeClassifyError, FreshProcessError
from edgeclassify.updates.store import UpdateStore

log = logging.getLogger(__name__)

MOST_STARTS = 2
"""A power cut while an update is watched hits the innocent too."""


def undo_where_it_breaks_the_config(path: Path, error: ConfigError) -> None:
    """The config at `path` can't be used: where that is an update's doing that has not proven itself, undo it.

    Raises `error` where it is not.
    """
    document = layered(parsed(config_text(config_bytes(path), path), path), path, UpdateChoice(None)).document
    folder = updates_folder(document, path.resolve().parent) if "updates" in document else None
    if folder is None:
        raise error
    store = UpdateStore(folder)
    if store.record.watched is None:
        raise error
    try:
        load_config(path, UpdateChoice(store.place_of(store.record.before)))
    except ConfigError:
        raise error from None
    if not store.roll_back(f"the config with it can't be used: {' '.join(str(error).split())[:300]}"):
        raise error
    log.warning("update %s: rolled back: the daemon does not start with it: %s", store.record.id, error)


class StartCount:
    """One start of the daemon, from reading the config to its end."""

    def __init__(self, store: UpdateStore) -> None:
        self._store = store

    def begin(self) -> bool:
        """Count it; True where the config is another one now: the update was undone for those before, or is gone
        from the disk."""
        if self._store.forget_lost():
            log.warning("update: what ran is gone from the disk; it is fetched again where it is the newest")
            return True
        watched = self._store.record.watched
        if watched is None:
            return False
        if watched.starts >= MOST_STARTS:
            reason = f"the daemon was started {MOST_STARTS} times with it, and did not end well"
            log.warning("update %s: rolled back: %s", self._store.record.id, reason)
            return self._store.roll_back(reason)
        self._set(watched.starts + 1)
        return False

    def ended_well(self) -> None:
        """It was asked to stop: that says nothing against the update."""
        self._set(0)

    def failed(self, error: EdgeClassifyError) -> EdgeClassifyError:
        """What ends the process: while an update is watched, with the status upon which it is started again."""
        if self._store.record.watched is None:
            return error
        return FreshProcessError(f"with an update that has not proven itself: {error}")

    def _set(self, starts: int) -> None:
        self._store.change(
            lambda record: record
            if record.watched is None
            else replace(record, watched=replace(record.watched, starts=starts))
        )
