"""What the files of a model say of its labels, read without a runtime: one of a network's own, or a taught one."""

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.description.sidecar import read_sidecar
from edgeclassify.model.opening.model_facts import read_facts
from edgeclassify.model.opening.model_files import find_file
from edgeclassify.model.opening.taught import describe_taught, taught_model, taught_notes
from edgeclassify.model.soundness.check import check_soundness
from edgeclassify.model.tflite.model_file import read_model_file
from edgeclassify.types import ModelChoice


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """`labels`: by class index; `background`: the indices of those that mean that nothing is there.
    `has_several_labels`: several can hold at once. `notes`: what the user should know, a line each."""

    labels: tuple[str, ...]
    background: frozenset[int]
    has_several_labels: bool
    notes: tuple[str, ...]


def describe_model(config: ModelChoice) -> ModelDescription:
    """Of the model that `config` names.

    Raises ModelError or a subclass where the model or its labels are not there or do not fit.
    """
    taught = taught_model(config.name)
    if taught is not None:
        head, notes = describe_taught(config, taught), tuple(taught_notes(config, taught.manifest))
        return ModelDescription(tuple(head.labels), head.background, head.has_several_labels, notes)
    path = find_file(config.name)
    model = read_model_file(path)
    facts = read_facts(config, model, read_sidecar(path))
    check_soundness(model)
    return ModelDescription(facts.labels, facts.background, facts.has_several_labels, facts.notes)
