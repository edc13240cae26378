"""What a model's files say of its scores: their temperature, and the labels that mean that nothing is there."""

from edgeclassify.errors import ModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.description.sidecar import read_sidecar
from edgeclassify.model.opening.model_facts import read_facts
from edgeclassify.model.tflite.model_file import ModelFile
from edgeclassify.types import ModelChoice


@dataclass(frozen=True, slots=True)
class ScoreFacts:
    """`background`: labels, by class index; None where it is not known which labels the model has."""

    temperature: float
    background: tuple[str, ...] | None


def read_score_facts(model: ModelFile) -> ScoreFacts:
    """Raises ModelError for a sidecar that can't be read, or that names a background the model does not have."""
    sidecar = read_sidecar(model.path)
    temperature = 1.0 if sidecar.temperature is None else sidecar.temperature
    try:
        facts = read_facts(ModelChoice(name=str(model.path)), model, sidecar)
    except ModelError:
        if sidecar.background_labels is not None:
            raise
        return ScoreFacts(temperature, None)  # no labels, or no classifier: that is for others to say
    return ScoreFacts(temperature, tuple(facts.labels[index] for index in sorted(facts.background)))
