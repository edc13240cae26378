"""An update taken over by the daemon's thread, watched for its gate's time, and kept or undone."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from edgeclassify.config import Config
from edgeclassify.config.layers.update_layer import UpdateChoice
from edgeclassify.daemon.updating.looking import Candidate
from edgeclassify.errors import EdgeClassifyError, FreshProcessError
from edgeclassify.types import UpdateState
from edgeclassify.updates.gate import HealthGate
from edgeclassify.updates.interface import Baseline, Sample
from edgeclassify.updates.store import UpdateStore, Watched

log = logging.getLogger(__name__)

SAMPLE_S = 1.0
_LONGEST_REASON = 400
Load = Callable[[UpdateChoice | None], Config]


class Reloads(Protocol):
    """The daemon's reloader."""

    def reload(self, *, load: Callable[[], Config] | None = None) -> None:
        """Take over a config. Raises EdgeClassifyError, and goes on by the one before."""


class Taking:
    """Used by the daemon's thread, but for `offer`. `load` reads the config with another update below it; `sample`
    tells how the node is; `clock`: monotonic seconds."""

    def __init__(
        self,
        store: UpdateStore,
        reloads: Reloads,
        load: Load,
        sample: Callable[[], Sample],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._reloads, self._load, self._sample = store, reloads, load, sample
        self._clock = clock
        self._candidate: Candidate | None = None
        self._gate: HealthGate | None = None
        self._next_sample = 0.0

    def offer(self, candidate: Candidate) -> None:
        """To be tried, at the next turn of the daemon's thread."""
        self._candidate = candidate

    @property
    def is_busy(self) -> bool:
        """True while an update is tried or watched."""
        return self._candidate is not None or self._store.record.watched is not None

    def work(self) -> None:
        """Called again and again. Raises FreshProcessError where what ran before can't be had back here."""
        if (candidate := self._candidate) is not None:
            try:
                self._try(candidate)
            finally:
                self._candidate = None
        if self._store.record.watched is not None and self._clock() >= self._next_sample:
            self._next_sample = self._clock() + SAMPLE_S
            self._watch(self._store.record.watched)

    def _try(self, candidate: Candidate) -> None:
        now = self._store.record
        try:
            self._load(UpdateChoice(self._store.place_of(now.running)))
        except EdgeClassifyError as error:
            self._note(UpdateState.WAITING, f"the node's own config can't be used: {error}")
            return
        if not self._note(UpdateState.TRYING, None, attempts=now.attempts + 1):
            return
        before = _baseline(self._sample())
        choice = UpdateChoice(self._store.place_of(candidate.placed))
        try:
            self._reloads.reload(load=lambda: self._load(choice))
        except EdgeClassifyError as error:
            self._note(UpdateState.REFUSED, str(error).removeprefix("reload refused, the running config stays: "))
            return
        watched = Watched(0, candidate.manifest.gate, before)
        if self._store.change(
            lambda record: replace(
                record,
                running=candidate.placed,
                before=record.running,
                watched=watched,
                state=UpdateState.WATCHED.value,
                reason=None,
            )
        ):
            self._gate = None
            self._say(UpdateState.WATCHED, f"for {candidate.manifest.gate.seconds:g} s")
            return
        self._go_back("the state folder can't be written")

    def _watch(self, watched: Watched) -> None:
        if self._gate is None:
            self._gate = HealthGate(watched.gate, watched.before)
        sample, now = self._sample(), self._clock()
        reason = self._gate.see(sample, now)
        if reason is None and self._gate.is_over(now):
            reason = self._gate.verdict(sample)
            if reason is None:
                self._keep()
                return
        if reason is not None:
            self._gate = None
            if self._store.roll_back(reason):
                self._say(UpdateState.ROLLED_BACK, reason)
                self._go_back(reason)

    def _keep(self) -> None:
        self._gate = None
        if self._store.change(
            lambda record: replace(record, watched=None, before=None, state=UpdateState.KEPT.value, reason=None)
        ):
            self._say(UpdateState.KEPT, "")
            self._store.tidy()

    def _go_back(self, reason: str) -> None:
        """To what is on disk."""
        try:
            self._reloads.reload()
        except EdgeClassifyError as error:
            raise FreshProcessError(
                f"an update was undone ({reason}), and what ran before can't be had back in this process: {error}"
            ) from error

    def _note(self, state: UpdateState, reason: str | None, attempts: int | None = None) -> bool:
        shown = None if reason is None else _short(reason)
        done = self._store.change(
            lambda record: replace(
                record,
                state=state.value,
                reason=shown,
                attempts=record.attempts if attempts is None else attempts,
            )
        )
        if done:
            self._say(state, shown or "")
        return done

    def _say(self, state: UpdateState, reason: str) -> None:
        record = self._store.record
        level = logging.WARNING if state in (UpdateState.REFUSED, UpdateState.ROLLED_BACK) else logging.INFO
        log.log(
            level,
            "update %s (version %d): %s%s",
            record.id,
            record.highest,
            state,
            f": {reason}" if reason else "",
        )


def _baseline(sample: Sample) -> Baseline:
    return Baseline(tuple(name for name, online in sample.views if online), sample.inference_ms, sample.connected)


def _short(text: str) -> str:
    line = "; ".join(part.strip() for part in text.splitlines())
    return line if len(line) <= _LONGEST_REASON else line[: _LONGEST_REASON - 1] + "…"
