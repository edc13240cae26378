"""Opens a model in the runtime, tried before where it is new here, and in the way that is best here."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.catalog import is_shipped
from edgeclassify.model.remembered import remembered_in
from edgeclassify.model.runtime.cores import usable_cores
from edgeclassify.model.runtime.delegates import DelegateChoice, is_in_use
from edgeclassify.model.runtime.interpreter import Interpreter, open_interpreter
from edgeclassify.model.soundness.check import Need, check_soundness
from edgeclassify.model.speed.known_speeds import FILE_NAME as SPEEDS_FILE, KnownSpeeds
from edgeclassify.model.speed.measuring import open_timed
from edgeclassify.model.speed.session import Session
from edgeclassify.model.speed.speeds import NO_SPEEDS, Elsewhere, Speeds
from edgeclassify.model.speed.ways import Way, possible_ways
from edgeclassify.model.tflite.model_file import ModelFile
from edgeclassify.model.trial_run.interface import RunBy
from edgeclassify.model.trial_run.tried_models import FILE_NAME as TRIED_FILE, TriedModels
from edgeclassify.types import ModelChoice

log = logging.getLogger(__name__)
_this_process = Session()

TryModel = Callable[[ModelFile, Need, RunBy, bytes], bool]
"""As `try_model`: the model, what it needs, what runs it, a sample of its input."""


def _try_model(model: ModelFile, need: Need, by: RunBy, sample: bytes) -> bool:
    from edgeclassify.model.trial_run.trial import try_model  # most models are known

    return try_model(model, need, by, sample)


@dataclass(frozen=True, slots=True)
class Trials:
    """Which models need no trial, since they have run here, how the others are tried, and how fast they are."""

    known: TriedModels
    try_model: TryModel = _try_model
    speeds: Speeds = NO_SPEEDS


def usual_trials() -> Trials:
    """As on every machine: known is what the files in their usual place say; no speed is measured."""
    return Trials(TriedModels(remembered_in(TRIED_FILE)), speeds=Speeds(KnownSpeeds(remembered_in(SPEEDS_FILE))))


def measuring_trials() -> Trials:
    """The same for what runs for long: how fast a model is here is measured where it is not known."""
    usual = usual_trials()
    return replace(usual, speeds=replace(usual.speeds, measures=True, session=_this_process))


def open_model(
    model: ModelFile, sha256: str, config: ModelChoice, sample: Callable[[], bytes], trials: Trials | None = None
) -> Interpreter:
    """The model in the config's runtime, its file checked, and tried in a process of its own unless it is known.

    Known are the models that come with this package or stand in its catalog, by their checksums, and what has run
    here before; with a delegate only the latter. `sample`: makes the bytes of an input to try it with; none:
    zeros. `trials`: None: the usual ones. Raises ModelError or a subclass where it fails anywhere on this way.
    """
    trials = usual_trials() if trials is None else trials
    return _Opening(model, sha256, config, sample, trials, check_soundness(model)).opened()


@dataclass(frozen=True, slots=True)
class _Opening:
    """Of one model."""

    model: ModelFile
    sha256: str
    config: ModelChoice
    sample: Callable[[], bytes]
    trials: Trials
    need: Need

    def opened(self) -> Interpreter:
        _say_of_threads(self.config, self.model)
        ways = possible_ways(self.config)
        speeds = self.trials.speeds
        way = speeds.way(self.sha256, ways)
        first = open_timed(partial(self._open, way), speeds.clocks)
        best, interpreter = speeds.measured(
            self.sha256, ways, first, way, lambda count: self._open(replace(way, threads=count)), self._elsewhere
        )
        if best != way:
            log.debug("%s: %s is the quickest way here, not %s", self.model.path, best.key, way.key)
        interpreter = self._open(best) if interpreter is None else interpreter
        _say_of_delegate(interpreter, self.model)
        return interpreter

    def _open(self, way: Way) -> Interpreter:
        delegate = DelegateChoice.of(self.config)
        by = RunBy(way.runtime, way.threads, delegate)
        if not self._is_known(way, delegate) and self.trials.try_model(self.model, self.need, by, self.sample()):
            self.trials.known.add(self.sha256, way.version, delegate)
        return open_interpreter(self.model.path, way.runtime, way.threads, self.model.data(), delegate)

    def _is_known(self, way: Way, delegate: DelegateChoice | None) -> bool:
        if delegate is None:
            return is_shipped(self.model.path, self.sha256) or self.trials.known.holds(self.sha256, way.version)
        # Its device may be one that another process can't have while this one does.
        return is_in_use(delegate.library) or self.trials.known.holds(self.sha256, way.version, delegate)

    def _elsewhere(self, ways: Sequence[Way], within_s: float) -> Elsewhere:
        by = RunBy(ways[0].runtime, max(way.threads for way in ways))
        counts = [way.threads for way in ways]
        from edgeclassify.model.trial_run.trial import time_model

        timed = time_model(self.model, self.need, by, counts, self.sample(), limit_s=within_s)
        return Elsewhere({way: timed.ms[way.threads] for way in ways if way.threads in timed.ms}, timed.is_refused)


def _say_of_threads(config: ModelChoice, model: ModelFile) -> None:
    if config.threads != "auto" and config.threads > (cores := usable_cores()):
        log.warning(
            "%s: expected at most %d threads, as many as there are cores for this process, found %d: they wait "
            'for each other. threads = "auto" takes what is quickest here.',
            model.path, cores, config.threads,
        )  # fmt: skip


def _say_of_delegate(interpreter: Interpreter, model: ModelFile) -> None:
    part = interpreter.delegated
    if part is not None and part.takes_part is False:
        log.warning(
            "%s: the delegate %s takes none of the model's operators: the CPU runs all of them. It may need a "
            "model that was compiled for it.",
            model.path, part.library,
        )  # fmt: skip
