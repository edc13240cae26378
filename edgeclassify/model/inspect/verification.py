"""Verifies a model as it lies on this machine: checksum, loads, label count, golden image."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from edgeclassify.errors import EdgeClassifyError, LabelError, ModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.description.sidecar import read_sidecar
from edgeclassify.model.embedding.find import gives_embedding_alone
from edgeclassify.model.opening.bases import open_base
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.opening.taught_folder import taught_folder
from edgeclassify.model.taught.reading import read_taught
from edgeclassify.model.tflite.model_file import read_model_file
from edgeclassify.types import ModelChoice, RuntimeName

NOT_KNOWN = "none known"


class VerificationStep(StrEnum):
    """What is verified, in this order."""

    FILE = "file"
    SIDECAR = "sidecar"
    CHECKSUM = "checksum"
    LOADS = "loads"
    LABELS = "labels"
    GOLDEN = "golden"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found out, step by step; None for a step that was not reached.

    `checksum`: "ok" or "none known". `labels`: how many; a base without classes has none. `golden`: the label that
    came out on top, or "none known". `error`: the fault that ended it, with its message; `failed`: the step that
    found it.
    """

    name: str
    path: Path
    checksum: str | None = None
    runtime: str | None = None
    labels: int | None = None
    golden: str | None = None
    error: EdgeClassifyError | None = None
    failed: VerificationStep | None = None


def verify_model(name: str, path: Path, sha256: str | None, runtime: RuntimeName = "auto") -> Verification:
    """Verify the model at `path`; `sha256` is what its catalog entry gives, `runtime` as in the config."""
    result, step = Verification(name, path), VerificationStep.FILE
    try:
        model = read_model_file(path)
        step = VerificationStep.SIDECAR
        sidecar = read_sidecar(path)
        step = VerificationStep.CHECKSUM
        result = replace(result, checksum=_check_sha256(path, model.sha256(), sha256 or sidecar.sha256))
        step = VerificationStep.LOADS
        config = ModelChoice(str(path), runtime=runtime)
        if sidecar.labels is None and not model.associated_files and gives_embedding_alone(model):
            return replace(result, runtime=open_base(config).network.runtime, golden=NOT_KNOWN)
        classifier = open_classifier(config)
        try:
            result = replace(result, runtime=classifier.info.runtime, labels=classifier.info.labels)
            step = VerificationStep.GOLDEN
            golden = sidecar.golden
            passed = classifier.self_test()
            return replace(result, golden=golden.label if passed and golden is not None else NOT_KNOWN)
        finally:
            classifier.close()
    except EdgeClassifyError as error:
        return replace(
            result, error=error, failed=VerificationStep.LABELS if isinstance(error, LabelError) else step
        )


def verify_taught(name: str, runtime: RuntimeName = "auto") -> Verification:
    """Verify a model that was taught here: its head, its base, and that they fit together."""
    folder = taught_folder(name)
    result, step = Verification(name, folder or Path(name)), VerificationStep.CHECKSUM
    try:
        if folder is not None:
            read_taught(folder)
        result, step = replace(result, checksum="ok"), VerificationStep.LOADS
        classifier = open_classifier(ModelChoice(name, runtime=runtime))
        classifier.close()
        info = classifier.info
        return replace(result, runtime=info.runtime, labels=info.labels, golden=NOT_KNOWN)
    except EdgeClassifyError as error:
        return replace(result, error=error, failed=step)


def _check_sha256(path: Path, found: str, known: str | None) -> str:
    """What is said of the checksum: "ok", or that none is known. Raises ModelError where it is wrong."""
    if known is None:
        return NOT_KNOWN
    if found != known:
        raise ModelError(
            f"{path}: expected the sha256 {known} that the catalog gives, found {found}. The file has been "
            "changed since it was put there: fetch it again."
        )
    return "ok"
