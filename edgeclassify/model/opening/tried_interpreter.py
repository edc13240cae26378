"""Opens a model in the runtime, tried before where it is new here."""

from pathlib import Path

import numpy as np

from edgeclassify.config import ModelConfig
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.model.catalog import is_shipped
from edgeclassify.model.description.golden_image import read_golden_image
from edgeclassify.model.preprocess.preprocessor import Preprocessor
from edgeclassify.model.runtime.interpreter import Interpreter, auto_threads, open_interpreter, runtime_name
from edgeclassify.model.soundness.check import check_soundness
from edgeclassify.model.tflite.model_file import ModelFile
from edgeclassify.model.trial_run.remembered import remember, was_tried
from edgeclassify.model.trial_run.trial import try_model


def open_model(
    model: ModelFile, sha256: str, config: ModelConfig, preprocessor: Preprocessor, golden: Path | None
) -> Interpreter:
    """The model in the config's runtime, its file checked, and tried in a process of its own unless it is known.

    Known are the models that come with this package or stand in its catalog, by their checksums, and what has run
    here before. `golden`: a picture to try it with. Raises ModelError where it fails anywhere on this way.
    """
    need = check_soundness(model)
    runtime = runtime_name(config.runtime)
    if not is_shipped(model.path, sha256) and not was_tried(sha256, runtime):
        threads = auto_threads() if config.threads == "auto" else config.threads
        if try_model(model, need, config.runtime, threads, _sample(model, preprocessor, golden)):
            remember(sha256, runtime)
    return open_interpreter(model.path, config.runtime, config.threads, model.data())


def _sample(model: ModelFile, preprocessor: Preprocessor, golden: Path | None) -> bytes:
    """What the golden picture becomes in the model's input tensor; nothing where none can be read."""
    if golden is None:
        return b""
    tensor = model.input_tensors[0]
    values = np.zeros(tensor.shape, tensor.dtype)
    try:
        preprocessor.fill(read_golden_image(golden), values)
    except EdgeClassifyError:  # the self-test says it
        return b""
    return values.tobytes()
