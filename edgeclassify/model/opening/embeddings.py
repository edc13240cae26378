"""A network's embedding among its outputs, where it has one."""

from dataclasses import replace
from pathlib import Path

from edgeclassify.model.embedding.extra_output import with_output
from edgeclassify.model.embedding.find import NoEmbeddingError, find_embedding
from edgeclassify.model.embedding.output import EmbeddingOutput
from edgeclassify.model.opening.model_facts import NetworkFacts
from edgeclassify.types import EmbeddingFacts, ModelChoice
from edgeclassify.types.model_choice import is_model_path


def with_embedding(config: ModelChoice, facts: NetworkFacts, sha256: str) -> tuple[NetworkFacts, EmbeddingOutput]:
    """The network's facts with its embedding among the outputs, and which one it is. Raises NoEmbeddingError."""
    place = find_embedding(facts.model)
    read_as = EmbeddingFacts(
        base=base_name(config.name, facts.model.path),
        sha256=sha256,
        tensor=place.name,
        elements=place.elements,
        dtype=place.dtype,
        scale=place.scale,
        zero_point=place.zero_point,
    )
    model, output = with_output(facts.model, place.tensor)
    return replace(facts, model=model), EmbeddingOutput(read_as, output)


def with_embedding_if_any(
    config: ModelChoice, facts: NetworkFacts, sha256: str
) -> tuple[NetworkFacts, EmbeddingOutput | None]:
    """The same; the facts as they are where it has none that can be read."""
    try:
        return with_embedding(config, facts, sha256)
    except NoEmbeddingError:
        return facts, None


def base_name(name: str, path: Path) -> str:
    """By which name a model is found again, wherever the process runs: a name of the catalog, or a whole path."""
    return str(path.absolute()) if is_model_path(name) else name
