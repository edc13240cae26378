"""The thread that looks for updates: fetches the manifest, checks who signed it and whether it is meant for this
node, and brings what belongs to it to disk. What runs is left to the daemon's thread.
"""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edgeclassify.config import UpdatesConfig
from edgeclassify.config.layers.update_layer import CONFIG_FILE
from edgeclassify.config.updates import is_key_path
from edgeclassify.daemon.updating.wrong_files import WrongFiles
from edgeclassify.errors import EdgeClassifyError, StorageError
from edgeclassify.files import replace_file
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.once import Once
from edgeclassify.types import UpdateState, UpdateStatus
from edgeclassify.updates.decision import Here, Step, decide
from edgeclassify.updates.fetching import fetch_model, joined
from edgeclassify.updates.interface import Manifest, UpdateError
from edgeclassify.updates.keys import key_in
from edgeclassify.updates.manifest import content_id
from edgeclassify.updates.opening import opened_manifest
from edgeclassify.updates.store import Placed, UpdateStore

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 2
"""A power cut while an update is tried hits the innocent too; twice, it is taken for the culprit."""
FIRST_LOOK_S = 30.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """An update that is whole and on disk, to be tried."""

    manifest: Manifest
    placed: Placed


class Looking:
    """`begin` starts the thread, `stop` ends it. `offer` is called in it, with what is to be tried; `is_busy`
    says that one is tried or watched; `wake` is called where there is something new to tell."""

    def __init__(
        self,
        settings: UpdatesConfig,
        store: UpdateStore,
        here: Callable[[], Here],
        offer: Callable[[Candidate], None],
        is_busy: Callable[[], bool],
        wake: Callable[[], None],
    ) -> None:
        self._settings, self._store, self._here = settings, store, here
        self._offer, self._is_busy, self._wake = offer, is_busy, wake
        self._said, self._wrong_files = Once(), WrongFiles()
        self._problem: str | None = None
        self._due, self._ending = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="updates", daemon=True)

    def begin(self) -> None:
        """Start it."""
        self._thread.start()

    def look_now(self) -> None:
        """Do not wait for the interval's end."""
        self._wrong_files.clear()
        self._due.set()

    def stop(self, timeout_s: float) -> None:
        """End it; what is being fetched is left where it is, to go on from."""
        self._ending.set()
        self._due.set()
        self._thread.join(timeout_s)

    @property
    def status(self) -> UpdateStatus:
        """What is known, with what is wrong with the newest look."""
        record = self._store.record
        state = record.state_now or UpdateState.WAITING
        return UpdateStatus(record.id, record.highest, state, self._problem or record.reason)

    def _run(self) -> None:
        pause_s = random.uniform(0.0, min(FIRST_LOOK_S, self._settings.interval_s / 10))
        while not self._ending.is_set():
            self._due.wait(pause_s)
            self._due.clear()
            if self._ending.is_set():
                return
            try:
                self.look()
            except Exception:  # the thread's top: the daemon goes on, and so does the next look
                log.exception("looking for updates failed")
            pause_s = self._settings.interval_s * random.uniform(0.9, 1.1)

    def look(self) -> None:
        """Once. What goes wrong is said once, and tried again the next time."""
        if self._is_busy():
            return
        if self._store.forget_lost():
            log.warning("update: what ran is gone from the disk; it is fetched again where it is the newest")
        try:
            self._handle(self._fetched())
        except EdgeClassifyError as error:
            self._tell_problem(str(error))
        else:
            if self._said.is_over():
                log.info("update: looking for one works again")
                self._problem = None
                self._wake()

    def _tell_problem(self, text: str) -> None:
        self._problem = text
        if self._said.is_news(None, text):
            log.warning("update: %s", text)
            self._wake()

    def _fetched(self) -> Manifest:
        key = self._settings.public_key
        if is_key_path(key):
            key = key_in(Path(key))
        return opened_manifest(self._settings.url, key, self._ending.is_set)[1]

    def _handle(self, manifest: Manifest) -> None:
        decision = decide(manifest, self._store.record.known, self._here())
        match decision.step:
            case Step.LEAVE:
                return
            case Step.REFUSE:
                raise UpdateError(f"{manifest.id}: {decision.reason}")
            case Step.WAIT:
                self._note(manifest, UpdateState.WAITING, decision.reason)
            case Step.TAKE:
                self._take(manifest)

    def _take(self, manifest: Manifest) -> None:
        record = self._store.record
        is_same = (record.highest, record.id) == (manifest.version, manifest.id)
        if is_same and record.attempts >= MOST_ATTEMPTS:
            self._note(manifest, UpdateState.REFUSED, f"the daemon ended {MOST_ATTEMPTS} times while it was tried")
            return
        placed = Placed(manifest.id, manifest.version, f"{manifest.version}-{content_id(manifest)}")
        self._store.tidy(keep=placed.folder)
        self._note(manifest, UpdateState.DOWNLOADING, None)
        folder = self._store.folder / placed.folder
        for model in manifest.models:
            url = joined(self._settings.url, model.url)
            with self._wrong_files.minding(url, model.sha256):
                fetch_model(model, url, folder, self._ending.is_set)
        if manifest.config is not None:
            _write(folder / CONFIG_FILE, manifest.config)
        self._offer(Candidate(manifest, placed))
        self._wake()

    def _note(self, manifest: Manifest, state: UpdateState, reason: str | None) -> None:
        record = self._store.record
        is_same = (record.highest, record.id) == (manifest.version, manifest.id)
        after = replace(
            record,
            highest=manifest.version,
            id=manifest.id,
            state=state.value,
            reason=reason,
            content=content_id(manifest),
            attempts=record.attempts if is_same else 0,
        )
        if after == record:
            return
        if not self._store.change(lambda _: after):
            raise StorageError(f"{self._store.folder}: can't be written. No update is taken before it can be.")
        level = logging.WARNING if state is UpdateState.REFUSED else logging.INFO
        log.log(
            level,
            "update %s (version %d): %s%s",
            manifest.id,
            manifest.version,
            state,
            f": {reason}" if reason else "",
        )
        self._wake()


def _write(path: Path, text: str) -> None:
    try:
        replace_file(path, text.encode())
    except OSError as error:
        raise StorageError(f"{path}: can't be written: {error.strerror or error}. Make room for it.") from error
