"""Opens a taught model: the network of its base, which others may use as well, and the head that was fitted."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace

from edgeclassify.errors import ModelError, ModelMissingError
from edgeclassify.model.catalog import find_model, load_catalog, model_path
from edgeclassify.model.catalog.places import fetch_command, is_file
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.heads.taught_head import TaughtHead
from edgeclassify.model.interface import Network
from edgeclassify.model.opening.bases import describe_base, open_base
from edgeclassify.model.opening.taught_folder import taught_folder
from edgeclassify.model.opening.tried_interpreter import Trials
from edgeclassify.model.taught.head_parameters import HeadParameters
from edgeclassify.model.taught.manifest import Manifest
from edgeclassify.model.taught.places import head_place
from edgeclassify.model.taught.reading import TaughtModel, check_base, read_taught
from edgeclassify.types import ModelChoice, ModelInfo

log = logging.getLogger(__name__)


def taught_model(name: str) -> TaughtModel | None:
    """The taught model of this name, as it is now; None: as of `taught_folder`.

    Raises ModelError where it is damaged.
    """
    folder = taught_folder(name)
    return None if folder is None else read_taught(folder)


def open_taught(
    config: ModelChoice, taught: TaughtModel, *, trials: Trials | None = None, beside: Iterable[Network] = ()
) -> NetworkClassifier:
    """A classifier of what was taught. `config`: how it is run; `beside`: networks that it may share.

    Raises ModelError where it was not fitted yet, its base is not there or another one than it was taught on, or
    something does not fit.
    """
    parameters = _parameters(taught)
    opened = open_base(base_section(config, taught.manifest), trials=trials, beside=beside)
    check_base(taught.manifest, opened.embedding.facts)
    for note in taught_notes(config, taught.manifest):
        log.warning("%s", note)
    head = TaughtHead(parameters, opened.embedding.facts, opened.embedding.output)
    base = taught.manifest.base
    info = ModelInfo(
        name=taught.manifest.name,
        path=str(taught.folder),
        sha256=_sha256(taught),
        runtime=opened.network.runtime,
        labels=len(head.labels),
        input_width=base.width,
        input_height=base.height,
        threads=opened.network.threads,
        delegate=opened.network.delegate,
    )
    return NetworkClassifier(info, opened.network, head)


def reheaded(classifier: NetworkClassifier, taught: TaughtModel) -> NetworkClassifier:
    """The classifier of a taught model as it is now, on the network that one of an earlier head has.

    Nothing is opened, and nothing is run: the network may be in use. Raises ModelError where the model is not
    fitted, or stands on another base now.
    """
    parameters, network = _parameters(taught), classifier.network
    if network is None or network.embedding is None:
        found = "a closed one" if network is None else "one without"
        raise ModelError(f"{classifier.info.path}: expected a classifier with an embedding, found {found}.")
    check_base(taught.manifest, network.embedding.facts)
    head = TaughtHead(parameters, network.embedding.facts, network.embedding.output)
    info = replace(classifier.info, sha256=_sha256(taught), labels=len(head.labels))
    return classifier.with_head(info, head)


def describe_taught(config: ModelChoice, taught: TaughtModel) -> TaughtHead:
    """The head, where it and its base fit together; read without a runtime. Raises as `open_taught`."""
    parameters = _parameters(taught)
    base = describe_base(base_section(config, taught.manifest))
    check_base(taught.manifest, base.embedding)
    return TaughtHead(parameters, base.embedding)


def base_section(config: ModelChoice, manifest: Manifest) -> ModelChoice:
    """What opens the base of a taught model, run as `config` says, and fed as when it was taught.

    Raises ModelError where the base is not here.
    """
    base = manifest.base
    name = _base_name(manifest)
    return replace(config, name=name, labels=None, temperature=None, fit=base.fit, crop=base.crop)


def _base_name(manifest: Manifest) -> str:
    """By which name the base is here: where the model comes from another machine, its file may be elsewhere.

    Raises ModelMissingError, or ConfigError where the catalog's entry has faults.
    """
    facts, remedy = manifest.base.embedding, ""
    try:
        path = find_model(facts.base)
        if is_file(path):
            return facts.base
        missing = f"{path}: expected a .tflite file, found nothing there."
    except ModelMissingError as error:
        missing = str(error)
    for entry in load_catalog().entries.values():
        if entry.facts.sha256 == facts.sha256 and entry.name != facts.base:
            if model_path(entry) is not None:
                return entry.name
            remedy = f" The catalog has it as {entry.name}: {fetch_command(entry.name)}"
    raise ModelMissingError(
        f"{manifest.name}: expected the base that it was taught on, found it nowhere: {missing}{remedy}"
    )


def _parameters(taught: TaughtModel) -> HeadParameters:
    manifest = taught.manifest
    if taught.head is None or manifest.head is None:
        labels = ", ".join(manifest.labels) or "none"
        raise ModelError(
            f"{manifest.name}: expected a taught model that was fitted, found one that was not yet (examples of: "
            f"{labels}). Run: edgeclassify teach {manifest.name} fit"
        )
    return HeadParameters.from_bytes(taught.head, taught.folder / head_place(manifest.head))


def _sha256(taught: TaughtModel) -> str:
    return "" if taught.manifest.head is None else taught.manifest.head.sha256


def taught_notes(config: ModelChoice, manifest: Manifest) -> Iterator[str]:
    """What the config says of a taught model in vain, a line each."""
    for key in ("labels", "temperature"):
        if getattr(config, key) is not None:
            yield (
                f"{manifest.name}: {key} = {getattr(config, key)} is of no effect: a taught model has its own, by "
                "its examples. Take the key out."
            )
