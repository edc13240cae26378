"""What `edgeclassify check` looks at beyond the config file: sources, broker, models and labels, files it names.

Nothing is opened but files: no camera, no broker, no runtime. It runs the code that the daemon starts with. The
config of the service is looked at with the service's eyes: what its user may not read, or its sandbox hides, is a
fault.
"""

from collections.abc import Callable, Iterator
from dataclasses import field
from pathlib import Path

from edgeclassify.broker.credentials import WEBHOOK_SECRET, look_up, public_warning, tls_context
from edgeclassify.config import Config, TlsConfig, WebhookConfig, split_source
from edgeclassify.config.groups.model_labels import ModelLabels
from edgeclassify.config.groups.profile_labels import labels_of_profiles
from edgeclassify.config.groups.view_labels import labels_of_views
from edgeclassify.config.label_hints import several_labels_note
from edgeclassify.config.source_kinds import SOURCE_KINDS, Target
from edgeclassify.config.unreachable_confirmation import confirmation_notes
from edgeclassify.documents.faults import ConfigFault
from edgeclassify.errors import ConfigError, ModelError, ModelMissingError, SourceSetupError, UnknownModelError
from edgeclassify.http.tls import check_ca
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.description.sidecar import read_sidecar, sidecar_path
from edgeclassify.model.opening.description import ModelDescription, describe_model
from edgeclassify.model.opening.model_files import files_of, find_file
from edgeclassify.model.opening.taught_folder import taught_folder
from edgeclassify.model.runtime.cores import usable_cores
from edgeclassify.preflight.governor import governor_problems
from edgeclassify.preflight.libraries import loader_finds
from edgeclassify.preflight.named_files import Files, Problem
from edgeclassify.preflight.page import page_problems
from edgeclassify.preflight.updates import update_problems
from edgeclassify.publish.webhook.settings import look_up_settings
from edgeclassify.service.sandbox import Service
from edgeclassify.sources.factory import make_source
from edgeclassify.types import ModelChoice


@dataclass(frozen=True, slots=True)
class Findings:
    """A line each. `faults`: what ends the daemon's start. `warnings`: what may be meant so, what heals by itself,
    and what this user can't find out."""

    faults: list[ConfigFault | str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def take(self, problems: list[Problem]) -> None:
        """A line for each problem with a file."""
        for problem in problems:
            (self.faults if problem.is_fault else self.warnings).append(problem.text)


def look_further(
    config: Config, named_by: str = "model.name", *, service: Service | None = None, elsewhere: bool = False
) -> Findings:
    """Everything that can be found out about a config that is right in itself.

    `named_by`: what names the model of [model]: the key, or a variable that stands in for it. `service`: the one
    that runs with this config; the environment must be its own. `elsewhere`: the config is meant for another
    machine, so that what is not here is no fault.
    """
    found = Findings()
    files = Files(service, elsewhere)
    _look_at_sources(config, found)
    _look_at_models(config, named_by, files, found)
    notes = dict.fromkeys(note for one in config.with_each_profile() for note in confirmation_notes(one))
    found.warnings.extend(notes)
    if config.mqtt.enabled:
        _look_at_broker(config, files, found)
    if config.webhook is not None:
        _look_at_webhook(config.webhook, config.node.name, files, found)
    _look_at_certificates(config, files, found)
    found.take(page_problems(config, files))
    found.take(update_problems(config, files))
    for key, path in _camera_files(config):
        found.take(files.problems(key, path, heals=True))
    found.take(governor_problems(config.governor, files))
    for key, path in _written(config):
        found.take(files.unwritable(key, path))
    return found


def _look_at_sources(config: Config, found: Findings) -> None:
    for i, camera in enumerate(config.camera):
        try:
            make_source(camera)
        except ConfigError as error:
            found.faults.append(f"camera[{i}].source: {error}")


def _look_at_certificates(config: Config, files: Files, found: Findings) -> None:
    """What cameras' own certificates are held against: without it no connection is made."""
    for i, camera in enumerate(config.camera):
        if camera.tls.ca is None:
            continue
        problems = files.problems(f"camera[{i}].tls.ca", camera.tls.ca)
        found.take(problems)
        if not problems:
            try:
                check_ca(camera.tls.ca)
            except SourceSetupError as error:
                found.faults.append(f"camera[{i}].{error}")


def _look_at_models(config: Config, named_by: str, files: Files, found: Findings) -> None:
    models: dict[ModelChoice, ModelDescription | None] = {}
    known: list[ModelLabels | None] = []
    for i, view in enumerate(config.views()):
        section = config.model_of(view)
        if section not in models:
            own = frozenset[str]() if view.model is None else view.model.model_fields_set
            name_key = f"view[{i}].model.name" if "name" in own else named_by
            labels_key = f"view[{i}].model.labels" if "labels" in own else "model.labels"
            looks = _taught if taught_folder(section.name) is not None else _described
            models[section] = looks(section, name_key, labels_key, files, found)
            _look_at_runtime(
                section, f"view[{i}].model" if {"delegate", "threads"} & own else "model", files, found
            )
        own_options = view.model is not None and view.model.delegate_options
        if section.delegate is None and own_options:
            found.warnings.append(f"view[{i}].model.delegate_options: {_WITHOUT_DELEGATE}")
        facts = models[section]
        known.append(None if facts is None else ModelLabels(section.name, facts.labels, facts.background))
        if facts is not None and facts.has_several_labels:
            found.warnings.append(several_labels_note(view, section.name))
    if config.model.choice.delegate is None and config.model.delegate_options:
        found.warnings.append(f"model.delegate_options: {_WITHOUT_DELEGATE}")
    usual = labels_of_views(config, known)
    found.faults.extend((*usual.faults, *labels_of_profiles(config, known, usual).faults))


_WITHOUT_DELEGATE = "of no effect without a delegate beside it. Name its library, or take the options out"


def _look_at_runtime(section: ModelChoice, key: str, files: Files, found: Findings) -> None:
    """What runs the model."""
    if section.delegate is not None and "/" in section.delegate:
        found.take(files.problems(f"{key}.delegate", Path(section.delegate)))
    elif section.delegate is not None and loader_finds(section.delegate) is False:
        text = (
            f"{key}.delegate: {section.delegate}: expected a shared library that the system's loader finds, found "
            "none. Install it, or name its path"
        )
        found.take([files.missing(text)])
    if section.threads != "auto" and not files.elsewhere and section.threads > (cores := usable_cores()):
        found.warnings.append(
            f"{key}.threads: expected at most {cores}, as many as there are cores here, found {section.threads}: "
            'they wait for each other. "auto" takes what is quickest here.'
        )


def _described(
    section: ModelChoice, name_key: str, labels_key: str, files: Files, found: Findings
) -> ModelDescription | None:
    """What the model's files say; None, with a line in `found`, where they can't be read."""
    try:
        path = find_file(section.name)
    except (UnknownModelError, ConfigError) as error:  # ConfigError: the catalog's entry has faults
        found.faults.append(f"{name_key}: {error}")
        return None
    except ModelMissingError as error:
        found.take([files.missing(f"{name_key}: {error}")])
        return None
    named = [(name_key, path)] + ([] if section.labels is None else [(labels_key, section.labels)])
    problems = [problem for key, file in named for problem in files.problems(key, file)]
    if not problems:
        problems = [problem for file in _beside(path) for problem in files.problems(name_key, file)]
    found.take(problems)
    return None if problems else _labels_of(section, name_key, found)


def _taught(section: ModelChoice, name_key: str, _: str, files: Files, found: Findings) -> ModelDescription | None:
    """The same of a taught model, which stands on the files of its base."""
    try:
        made_of = files_of(section)
    except ModelMissingError as error:
        found.take([files.missing(f"{name_key}: {error}")])
        return None
    except ModelError as error:
        found.faults.append(f"{name_key}: {error}")
        return None
    there = (*made_of.taught, *(file for file in made_of.network if file.exists()))
    problems = [problem for file in there for problem in files.problems(name_key, file)]
    found.take(problems)
    return None if problems else _labels_of(section, name_key, found)


def _labels_of(section: ModelChoice, name_key: str, found: Findings) -> ModelDescription | None:
    try:
        facts = describe_model(section)
    except ModelError as error:
        found.faults.append(f"{name_key}: {error}")
        return None
    found.warnings.extend(f"{name_key}: {note}" for note in facts.notes)
    return facts


def _beside(model: Path) -> Iterator[Path]:
    """The files beside a model that are read with it."""
    if not sidecar_path(model).exists():
        return
    yield sidecar_path(model)
    try:
        sidecar = read_sidecar(model)
    except ModelError:
        return  # said with the labels
    if sidecar.labels is not None and sidecar.labels.exists():
        yield sidecar.labels
    if sidecar.golden is not None and sidecar.golden.image.exists():
        yield sidecar.golden.image


def _look_at_broker(config: Config, files: Files, found: Findings) -> None:
    """Password and TLS files, read as the daemon reads them."""
    mqtt, tls = config.mqtt, config.mqtt.tls
    key, path = "mqtt.password_file", mqtt.password_file
    problems = [] if path is None else files.problems(key, path, secret=True)
    found.take(problems)
    if not problems:
        _try(lambda: look_up(mqtt), found)
    if path is not None and (warning := public_warning(path, key)) is not None:
        found.warnings.append(warning)
    if tls is not None:
        _look_at_tls(tls, files, found)


def _look_at_webhook(webhook: WebhookConfig, node: str, files: Files, found: Findings) -> None:
    """Secret and certificates, read as the daemon reads them; nothing is posted."""
    key, path, ca = WEBHOOK_SECRET.key, webhook.secret_file, webhook.tls.ca
    problems = [] if path is None else files.problems(key, path, secret=True)
    problems += [] if ca is None else files.problems("webhook.tls.ca", ca)
    found.take(problems)
    if path is not None and (warning := public_warning(path, key)) is not None:
        found.warnings.append(warning)
    if not problems:
        _try(lambda: look_up_settings(webhook, node), found)


def _look_at_tls(tls: TlsConfig, files: Files, found: Findings) -> None:
    named = (("ca", tls.ca, False), ("cert", tls.cert, False), ("key", tls.key, True))
    problems = [
        problem
        for key, path, secret in named
        if path is not None
        for problem in files.problems(f"mqtt.tls.{key}", path, secret=secret)
    ]
    found.take(problems)
    if not problems:
        _try(lambda: tls_context(tls), found)


def _try(start: Callable[[], object], found: Findings) -> None:
    """What the daemon does at its start; what it would refuse is a fault."""
    try:
        start()
    except ConfigError as error:
        found.faults.append(str(error))


def _camera_files(config: Config) -> Iterator[tuple[str, Path]]:
    """Key and path of the files and folders that cameras read. One that is not there is waited for."""
    for i, camera in enumerate(config.camera):
        kind, target = split_source(camera.source)
        spec = SOURCE_KINDS[kind]
        if spec.target is Target.DEVICE or spec.is_path(target):
            yield f"camera[{i}].source", Path(target)


def _written(config: Config) -> Iterator[tuple[str, Path]]:
    """Key and path of the folders that the daemon writes to."""
    if config.node.state_dir is not None:
        yield "node.state_dir", config.node.state_dir
    if config.snapshot.disk and config.snapshot.folder is not None:
        yield "snapshot.folder", config.snapshot.folder
    for i, camera in enumerate(config.camera):
        kind, target = split_source(camera.source)
        if kind == "watch" and camera.after != "keep":
            yield f"camera[{i}].after", Path(target)
