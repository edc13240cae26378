"""`open_classifier(config)` is the way to a classifier: it finds the file, checks everything that can be checked,
once, and runs the model once, so that a classifier that exists works.
"""

import logging

from edgeclassify.config import ModelConfig
from edgeclassify.config.sections import is_model_path
from edgeclassify.errors import ModelError
from edgeclassify.model.catalog import find_model
from edgeclassify.model.classifier import Classifier, ClassifierParts
from edgeclassify.model.description.sidecar import Sidecar, read_sidecar, sidecar_path
from edgeclassify.model.heads.broken_scores import BrokenScores
from edgeclassify.model.heads.first_look import FirstLook
from edgeclassify.model.heads.scores import ScoreReader
from edgeclassify.model.opening.facts import ModelFacts, read_facts
from edgeclassify.model.opening.preprocessors import make_preprocessor
from edgeclassify.model.opening.tried_interpreter import open_model
from edgeclassify.model.runtime.interpreter import Interpreter
from edgeclassify.model.soundness.check import check_soundness
from edgeclassify.model.tflite.model_file import ModelFile, read_model_file
from edgeclassify.types import ModelInfo

log = logging.getLogger(__name__)


def open_classifier(config: ModelConfig) -> Classifier:
    """Open the model that `config` names, checked and ready.

    Raises ModelError or a subclass, with a message for the user, where anything does not fit.
    """
    path = find_model(config.name)
    model = read_model_file(path)
    sidecar = read_sidecar(path)
    sha256 = model.sha256()
    _check_sha256(model, sidecar, sha256)
    facts = read_facts(config, model, sidecar)
    contract, labels = facts.contract, facts.labels
    preprocessor = make_preprocessor(config, facts)
    golden = None if sidecar.golden is None else sidecar.golden.image
    interpreter = open_model(model, sha256, config, preprocessor, golden)
    _check_agreement(model, interpreter)
    for note in facts.notes:
        log.warning("%s", note)
    broken = BrokenScores(str(path), labels)
    role = FirstLook(str(path), interpreter, preprocessor, contract.input).settle(
        contract.output, sidecar.output, broken
    )
    is_pair = contract.output.classes == 1 and len(labels) == 2
    info = ModelInfo(
        name=path.stem if is_model_path(config.name) else config.name,
        path=str(path),
        sha256=sha256,
        runtime=interpreter.runtime,
        labels=len(labels),
        input_width=contract.input.width,
        input_height=contract.input.height,
    )
    scores = ScoreReader(contract.output, role, is_pair=is_pair)
    parts = ClassifierParts(
        info, labels, interpreter, preprocessor, scores, broken, sidecar.golden, role.has_several
    )
    return Classifier(parts)


def describe_model(config: ModelConfig) -> ModelFacts:
    """What the files of the model that `config` names say, read without a runtime.

    Raises ModelError or a subclass where the model or its labels are not there or do not fit.
    """
    path = find_model(config.name)
    facts = read_facts(config, read_model_file(path), read_sidecar(path))
    check_soundness(facts.model)
    return facts


def _check_sha256(model: ModelFile, sidecar: Sidecar, sha256: str) -> None:
    if sidecar.sha256 not in (None, sha256):
        raise ModelError(
            f"{model.path}: expected the sha256 {sidecar.sha256} that {sidecar_path(model.path).name} gives, "
            f"found {sha256}. Fetch the model again, or correct its sidecar."
        )


def _check_agreement(model: ModelFile, interpreter: Interpreter) -> None:
    """What was checked in the file must be what the runtime made of it."""
    for tensor, spec in (
        (model.input_tensors[0], interpreter.inputs[0]),
        (model.output_tensors[0], interpreter.outputs[0]),
    ):
        if (tensor.shape, tensor.dtype) != (spec.shape, spec.dtype.name):
            raise ModelError(
                f"{model.path}: {tensor.name} must be {tensor.dtype} {list(tensor.shape)} by the file but "
                f"{interpreter.runtime} got {spec.dtype} {list(spec.shape)}. Convert it with fixed shapes."
            )
