"""`open_classifier(config)` is the way to a classifier: it finds the file, checks everything that can be checked,
once, and runs the model once, so that a classifier that exists works.
"""

import logging
from collections.abc import Iterable

from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.description.sidecar import read_sidecar
from edgeclassify.model.heads.broken_scores import BrokenScores
from edgeclassify.model.heads.first_look import settle_role
from edgeclassify.model.heads.network_head import NetworkHead
from edgeclassify.model.heads.scores import ScoreReader
from edgeclassify.model.interface import ImageClassifier, Network
from edgeclassify.model.opening.checksums import checked_sha256
from edgeclassify.model.opening.embeddings import with_embedding_if_any
from edgeclassify.model.opening.model_facts import ModelFacts, read_facts
from edgeclassify.model.opening.model_files import find_file
from edgeclassify.model.opening.networks import open_network
from edgeclassify.model.opening.taught_folder import taught_folder
from edgeclassify.model.opening.tried_interpreter import Trials
from edgeclassify.model.tflite.model_file import read_model_file
from edgeclassify.types import ModelChoice, ModelInfo
from edgeclassify.types.model_choice import is_model_path

log = logging.getLogger(__name__)


def open_classifier(
    config: ModelChoice, *, trials: Trials | None = None, beside: Iterable[ImageClassifier] = ()
) -> NetworkClassifier:
    """Open the model that `config` names, checked and ready: with the head of its own network, or a taught one.

    `trials`: how a model that is new here is tried; None: as usual. `beside`: classifiers that are open; a taught
    one shares the network of one of them where that is its base, so that the same thread must use both. Raises
    ModelError or a subclass, with a message for the user, where anything does not fit.
    """
    folder = taught_folder(config.name)
    if folder is not None:
        from edgeclassify.model.opening.taught import open_taught  # most models are not taught
        from edgeclassify.model.taught.reading import read_taught

        networks = [
            one.network for one in beside if isinstance(one, NetworkClassifier) and one.network is not None
        ]
        return open_taught(config, read_taught(folder), trials=trials, beside=networks)
    path = find_file(config.name)
    model = read_model_file(path)
    sidecar = read_sidecar(path)
    sha256 = checked_sha256(model, sidecar)
    facts = read_facts(config, model, sidecar)
    with_it, embedding = with_embedding_if_any(config, facts.network, sha256)
    network = open_network(config, with_it, sha256, trials=trials, embedding=embedding)
    for note in facts.notes:
        log.warning("%s", note)
    head = _network_head(facts, network)
    info = ModelInfo(
        name=path.stem if is_model_path(config.name) else config.name,
        path=str(path),
        sha256=sha256,
        runtime=network.runtime,
        labels=len(head.labels),
        input_width=facts.tensors.input.width,
        input_height=facts.tensors.input.height,
        threads=network.threads,
        delegate=network.delegate,
    )
    temperature = next((said for said in (config.temperature, sidecar.temperature) if said is not None), 1.0)
    return NetworkClassifier(info, network, head, sidecar.golden, temperature=temperature)


def _network_head(facts: ModelFacts, network: Network) -> NetworkHead:
    """The network's own head, its output's role settled by a first look."""
    name, output, labels = str(facts.network.model.path), facts.tensors.output, facts.labels
    broken = BrokenScores(name, labels)
    role = settle_role(name, network, facts.tensors, facts.network.sidecar.output, broken)
    is_pair = output.elements == 1 and len(labels) == 2
    return NetworkHead(
        labels,
        ScoreReader(output, role, is_pair=is_pair),
        broken,
        output=output.index,
        background=facts.background,
        has_several_labels=role.has_several,
    )
