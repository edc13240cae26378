"""Opens a model in the runtime, tried before where it is new here."""

from collections.abc import Callable

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.catalog import is_shipped
from edgeclassify.model.runtime.interpreter import Interpreter, auto_threads, open_interpreter
from edgeclassify.model.runtime.runtimes import runtime_name
from edgeclassify.model.soundness.check import Need, check_soundness
from edgeclassify.model.tflite.model_file import ModelFile
from edgeclassify.model.trial_run.trial import try_model
from edgeclassify.model.trial_run.tried_models import TriedModels, remembered_in
from edgeclassify.types import ModelChoice
from edgeclassify.types.model_choice import RuntimeName

TryModel = Callable[[ModelFile, Need, RuntimeName, int, bytes], bool]
"""As `try_model`: the model, what it needs, the runtime, its threads, a sample of its input."""


@dataclass(frozen=True, slots=True)
class Trials:
    """Which models need no trial, since they have run here, and how the others are tried."""

    known: TriedModels
    try_model: TryModel = try_model


def usual_trials() -> Trials:
    """As on every machine: known is what the file in its usual place says."""
    return Trials(TriedModels(remembered_in()))


def open_model(
    model: ModelFile, sha256: str, config: ModelChoice, sample: Callable[[], bytes], trials: Trials | None = None
) -> Interpreter:
    """The model in the config's runtime, its file checked, and tried in a process of its own unless it is known.

    Known are the models that come with this package or stand in its catalog, by their checksums, and what has run
    here before. `sample`: makes the bytes of an input to try it with; none: zeros. `trials`: None: the usual ones.
    Raises ModelError where it fails anywhere on this way.
    """
    trials = usual_trials() if trials is None else trials
    need = check_soundness(model)
    runtime = runtime_name(config.runtime)
    if not is_shipped(model.path, sha256) and not trials.known.holds(sha256, runtime):
        threads = auto_threads() if config.threads == "auto" else config.threads
        if trials.try_model(model, need, config.runtime, threads, sample()):
            trials.known.add(sha256, runtime)
    return open_interpreter(model.path, config.runtime, config.threads, model.data())
