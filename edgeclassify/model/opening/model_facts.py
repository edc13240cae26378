"""What a model's files say: the .tflite file, its sidecar, its labels; read without a runtime."""

from collections.abc import Iterator, Sequence

from edgeclassify.errors import ModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.description.metadata import ModelMetadata, read_metadata
from edgeclassify.model.description.sidecar import Sidecar, sidecar_path
from edgeclassify.model.labels.background import background_of
from edgeclassify.model.labels.label_file import is_word_of_state, told_apart
from edgeclassify.model.labels.lookup import find_labels
from edgeclassify.model.preprocess.normalization import UNIT, Normalization, normalization_to
from edgeclassify.model.roles.input_role import quantized_range, takes_unit_range
from edgeclassify.model.tensors import ClassifierTensors, InputTensor, classifier_tensors, input_tensor
from edgeclassify.model.tflite.model_file import ModelFile
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import ModelChoice

_SAID_EARLY = 4096
"""Bytes of an attached file in which its author stands."""


@dataclass(frozen=True, slots=True, eq=False)
class NetworkFacts:
    """What a network needs to be fed, whatever head reads its outputs.

    `normalization`: None where no file says one.
    """

    model: ModelFile
    sidecar: Sidecar
    input: InputTensor
    metadata: ModelMetadata
    normalization: Normalization | None


@dataclass(frozen=True, slots=True, eq=False)
class ModelFacts:
    """All that fits together of a classifier. `labels`: by class index; `background`: the indices of those that
    mean that nothing is there. `notes`: what the user should know, a line each."""

    network: NetworkFacts
    tensors: ClassifierTensors
    labels: tuple[str, ...]
    background: frozenset[int]
    notes: tuple[str, ...]

    @property
    def has_several_labels(self) -> bool:
        """True where several labels can hold at once, as far as the files tell."""
        said = self.network.sidecar.output
        if said is None or said == "probabilities":
            return self.tensors.role.has_several
        return said == "sigmoid" and self.tensors.output.elements > 1


def read_facts(config: ModelChoice, model: ModelFile, sidecar: Sidecar) -> ModelFacts:
    """The facts of a classifier.

    Raises ModelError or a subclass where the labels are not there or something does not fit.
    """
    tensors = classifier_tensors(model)
    network = _network_facts(model, sidecar, tensors.input)
    named = config.labels or sidecar.labels
    found = find_labels(model, named, network.metadata.label_file, tensors.output.elements)
    labels = told_apart(found)
    background = _background(model, sidecar, labels)
    return ModelFacts(network, tensors, labels, background, tuple(_notes(str(model.path), found)))


def _background(model: ModelFile, sidecar: Sidecar, labels: Sequence[str]) -> frozenset[int]:
    """The classes that mean that nothing is there. Raises ModelError for a label that the model does not have."""
    said = sidecar.background_labels
    if said is None:
        return background_of(labels, None)
    wanted = told_apart(said)
    for label in wanted:
        if label not in labels:
            raise ModelError(
                f"{sidecar_path(model.path)}: background: expected labels of the model, found {label!r}. "
                f"{did_you_mean(label, labels)}".rstrip()
            )
    found = background_of(labels, wanted)
    if len(found) == len(labels):
        raise ModelError(
            f"{sidecar_path(model.path)}: background: expected some of the model's labels, found all of them: "
            "nothing would be left to see."
        )
    return found


def read_network_facts(model: ModelFile, sidecar: Sidecar) -> NetworkFacts:
    """The facts of a network whose outputs another head reads. Raises ModelError where something does not fit."""
    return _network_facts(model, sidecar, input_tensor(model))


def _network_facts(model: ModelFile, sidecar: Sidecar, tensor: InputTensor) -> NetworkFacts:
    metadata = read_metadata(model)
    if sidecar.channels == "bgr" and tensor.channels == 1:
        raise ModelError(
            f'{sidecar_path(model.path)}: expected channels = "bgr" with an input of three channels, found one of '
            "one channel. Take the key out."
        )
    normalization = metadata.normalization
    if sidecar.normalization is not None:
        normalization = sidecar.normalization.to_normalization()
    elif normalization is None and tensor.dtype == "float32" and not tensor.normalizes:
        normalization = _told_otherwise(model)
    return NetworkFacts(model, sidecar, tensor, metadata, normalization)


def _told_otherwise(model: ModelFile) -> Normalization | None:
    """The normalization of a float input by what the graph does with it first, or by who wrote the model."""
    wanted = quantized_range(model)
    found = None if wanted is None else normalization_to(*wanted)
    return UNIT if found is None and (takes_unit_range(model) or is_of_ultralytics(model)) else found


def is_of_ultralytics(model: ModelFile) -> bool:
    """True where Ultralytics' exporter wrote it: what it attaches says so. Its float inputs are pixels in 0-1."""
    texts = (content[:_SAID_EARLY] for name, content in model.associated_files.items() if "meta" in name.lower())
    return any(b"Ultralytics" in text for text in texts)


def _notes(model: str, labels: Sequence[str]) -> Iterator[str]:
    for label in labels:
        if is_word_of_state(label):
            yield (
                f"{model}: it has a class {label!r}, a word that says of a view that nothing is known: the class "
                f"is called {told_apart([label])[0]!r} here"
            )
