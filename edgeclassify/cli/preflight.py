"""What `edgeclassify check` looks at beyond the config file: sources, models and their labels, files it names.

Nothing is opened but files: no camera, no broker, no runtime.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from edgeclassify.config import Config, ModelConfig, split_source
from edgeclassify.config.faults import ConfigFault
from edgeclassify.config.labels import label_faults
from edgeclassify.errors import ConfigError, ModelError, ModelMissingError, UnknownModelError
from edgeclassify.model.classifier import find_model, model_labels
from edgeclassify.sources.factory import make_source


@dataclass(frozen=True, slots=True)
class Findings:
    """`faults`: what the daemon would refuse wherever it runs, a line each. `absent`: what is not on this machine
    or can't be read by this user, a line each; a config may be checked elsewhere than it is used."""

    faults: list[ConfigFault | str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def look_further(config: Config, named_by: str = "model.name") -> Findings:
    """Everything that can be found out about a config that is right in itself.

    `named_by`: what names the model of [model]: the key, or a variable that stands in for it.
    """
    found = Findings()
    _look_at_sources(config, found)
    _look_at_models(config, named_by, found)
    found.absent.extend(_absent(_files(config)))
    return found


def _look_at_sources(config: Config, found: Findings) -> None:
    for i, camera in enumerate(config.camera):
        try:
            make_source(camera)
        except ConfigError as error:
            found.faults.append(f"camera[{i}].source: {error}")


def _look_at_models(config: Config, named_by: str, found: Findings) -> None:
    labels: dict[ModelConfig, tuple[str, ...] | None] = {}
    for i, view in enumerate(config.views()):
        section = config.model_of(view)
        if section not in labels:
            own = frozenset[str]() if view.model is None else view.model.model_fields_set
            name_key = f"view[{i}].model.name" if "name" in own else named_by
            labels_key = f"view[{i}].model.labels" if "labels" in own else "model.labels"
            labels[section] = _labels(section, name_key, labels_key, found)
        known = labels[section]
        if known is not None:
            found.faults.extend(label_faults(i, view.labels, known, section.name))


def _labels(section: ModelConfig, name_key: str, labels_key: str, found: Findings) -> tuple[str, ...] | None:
    """The model's labels; None, with a line in `found`, where they can't be read."""
    try:
        path = find_model(section.name)
    except (UnknownModelError, ConfigError) as error:  # ConfigError: the catalog's entry has faults
        found.faults.append(f"{name_key}: {error}")
        return None
    except ModelMissingError as error:
        found.absent.append(f"{name_key}: {error}")
        return None
    files = [(name_key, path)] + ([] if section.labels is None else [(labels_key, section.labels)])
    if absent := list(_absent(files)):
        found.absent.extend(absent)
        return None
    try:
        return model_labels(section)
    except ModelError as error:
        found.faults.append(f"{name_key}: {error}")
        return None


def _files(config: Config) -> Iterator[tuple[str, Path]]:
    """Key and path of every other file and folder that must be there when the daemon starts."""
    mqtt, tls = config.mqtt, config.mqtt.tls
    if mqtt.password_file is not None:
        yield "mqtt.password_file", mqtt.password_file
    if tls is not None:
        named = (("ca", tls.ca), ("cert", tls.cert), ("key", tls.key))
        yield from ((f"mqtt.tls.{key}", path) for key, path in named if path is not None)
    for i, camera in enumerate(config.camera):
        kind, target = split_source(camera.source)
        if kind in ("v4l2", "watch") or (kind in ("video", "images") and "://" not in target):
            yield f"camera[{i}].source", Path(target)


def _absent(files: Iterator[tuple[str, Path]] | list[tuple[str, Path]]) -> Iterator[str]:
    for key, path in files:
        try:
            path.stat()
        except PermissionError:
            yield f"{key}: {path} can't be looked at by this user"
        except OSError:
            yield f"{key}: {path} is not on this machine"
        else:
            if not os.access(path, os.R_OK):
                yield f"{key}: {path} can't be read by this user"
