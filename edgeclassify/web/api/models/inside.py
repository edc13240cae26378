"""What is inside a model."""

from edgeclassify.errors import ModelError
from edgeclassify.model.inspect.inspection import inspect_model
from edgeclassify.model.inspect.score_facts import read_score_facts
from edgeclassify.model.opening.description import describe_model
from edgeclassify.model.opening.model_files import files_of
from edgeclassify.model.tflite.model_file import read_model_file
from edgeclassify.types import ModelChoice
from edgeclassify.web.api.interface import Asked
from edgeclassify.web.api.models.bodies import ModelInside
from edgeclassify.web.api.models.known_models import BUILTIN, KnownModels, known_models
from edgeclassify.web.api.node_bodies import ModelKind
from edgeclassify.web.interface import NodeFacts


async def show_inside(asked: Asked) -> ModelInside:
    """Its layers in figures, its labels. Raises RefusedError, ModelError where it is not here or can't be read."""
    around, name = asked.around, asked.path["name"]
    return await around.threads.run(lambda: model_inside(name, around.node.facts))


def model_inside(name: str, facts: NodeFacts) -> ModelInside:
    """Of the model that these endpoints know by this name."""
    known = known_models(facts)
    section = ModelChoice(name=known.config_name(name))
    file = files_of(section).network[0]
    model = read_model_file(file)
    figures = inspect_model(model)
    labels = temperature = background = fault = None
    try:
        scores = read_score_facts(model)
        temperature = scores.temperature
        background = None if scores.background is None else list(scores.background)
        labels = list(describe_model(section).labels)
    except ModelError as error:
        fault = str(error)
    return ModelInside(
        name=name,
        kind=_kind(name, known),
        network=file.name,
        labels=labels,
        temperature=temperature,
        background=background,
        fault=fault,
        figures=figures,
    )


def _kind(name: str, known: KnownModels) -> ModelKind:
    if name in known.catalog.entries:
        return "builtin" if name == BUILTIN else "catalog"
    return "taught" if name in known.taught else "file"
