"""Opens the network of a model without its classes, with its embedding: a base for classes of one's own."""

from collections.abc import Iterable

from edgeclassify.errors import ModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.catalog import find_model
from edgeclassify.model.description.sidecar import read_sidecar
from edgeclassify.model.embedding.find import NoEmbeddingError
from edgeclassify.model.embedding.output import EmbeddingOutput
from edgeclassify.model.interface import Network
from edgeclassify.model.network import TfliteNetwork
from edgeclassify.model.opening.checksums import checked_sha256
from edgeclassify.model.opening.embeddings import with_embedding
from edgeclassify.model.opening.model_facts import NetworkFacts, read_network_facts
from edgeclassify.model.opening.network_origin import NetworkOrigin
from edgeclassify.model.opening.networks import open_network
from edgeclassify.model.opening.preprocessors import crop_of
from edgeclassify.model.opening.tried_interpreter import Trials
from edgeclassify.model.soundness.check import check_soundness
from edgeclassify.model.taught.manifest import Base
from edgeclassify.model.tflite.model_file import read_model_file
from edgeclassify.types import ModelChoice


@dataclass(frozen=True, slots=True, eq=False)
class OpenBase:
    """A network, open, and what must be known of it to teach on it."""

    network: TfliteNetwork
    embedding: EmbeddingOutput
    base: Base


def open_base(config: ModelChoice, *, trials: Trials | None = None, beside: Iterable[Network] = ()) -> OpenBase:
    """The network of the model that `config` names; its labels are not asked for.

    `trials`: how a model that is new here is tried; None: as usual. `beside`: networks that are open and may be
    shared: one that was opened from the same takes the place of a new one, and is not run for that. Raises
    ModelError or a subclass where anything does not fit, or no embedding can be read.
    """
    facts, embedding, base = _read(config)
    sha256 = embedding.facts.sha256
    origin = NetworkOrigin.of(config, facts, sha256)
    for network in beside:
        if isinstance(network, TfliteNetwork) and network.origin == origin and network.embedding is not None:
            return OpenBase(network, network.embedding, base)
    network = open_network(config, facts, sha256, trials=trials, embedding=embedding)
    return OpenBase(network, embedding, base)


def describe_base(config: ModelChoice) -> Base:
    """The same, read without a runtime. Raises as `open_base`."""
    facts, _, base = _read(config)
    check_soundness(facts.model)
    return base


def _read(config: ModelChoice) -> tuple[NetworkFacts, EmbeddingOutput, Base]:
    path = find_model(config.name)
    model, sidecar = read_model_file(path), read_sidecar(path)
    sha256 = checked_sha256(model, sidecar)
    facts = read_network_facts(model, sidecar)
    try:
        facts, embedding = with_embedding(config, facts, sha256)
    except NoEmbeddingError as error:
        raise ModelError(
            f"{path}: expected a model whose embedding can be read, to teach classes on it, found none: {error}. "
            "Choose another base: builtin, or a MobileNet of `edgeclassify models list`."
        ) from error
    base = Base(
        embedding.facts,
        facts.input.width,
        facts.input.height,
        fit=config.fit,
        crop=crop_of(config, sidecar),
    )
    return facts, embedding, base
