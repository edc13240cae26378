"""From a TOML file to Config: decode, check, gather every fault, resolve relative paths."""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edgeclassify.config.faults import ConfigFault, faults_of, report
from edgeclassify.config.sections import (
    RESERVED_VIEW_NAMES,
    SOURCE_FORMS,
    CameraConfig,
    Config,
    ModelConfig,
    split_source,
)
from edgeclassify.errors import ConfigError

MAX_BYTES = 1_000_000


def load_config(path: Path) -> Config:
    """Read and check a config file. Raises ConfigError with every fault in one message."""
    try:
        return parse_config(tomllib.loads(_text(path)), str(path), path.resolve().parent)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}. Strings need quotes, tables [brackets].") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: not valid TOML: nested too deeply.") from error


def parse_config(document: dict[str, Any], name: str, base: Path) -> Config:
    """A parsed TOML document as Config. Relative paths are relative to `base`, the config file's folder.

    Raises ConfigError that lists every fault, under the heading `name`.
    """
    faults: list[ConfigFault] = []
    config = None
    try:
        config = Config.model_validate(document)
    except ValidationError as error:
        faults = faults_of(error, document, Config)
    # Checked on the document, so that these faults show together with those of single keys.
    known = {fault.key for fault in faults}
    faults += [fault for fault in cross_faults(document) if fault.key not in known]
    if config is None or faults:
        raise ConfigError(report(name, faults))
    return _absolute(config, base)


def json_schema() -> dict[str, Any]:
    """The config file's JSON Schema, for editors."""
    schema = Config.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "edgeclassify config",
    }


def cross_faults(document: dict[str, Any]) -> list[ConfigFault]:
    """Faults that only show between tables: names that repeat or point nowhere."""
    cameras, views = _tables(document, "camera"), _tables(document, "view")
    camera_names = [str(table.get("name", "camera")) for table in cameras]
    view_names = [table["name"] for table in views if isinstance(table.get("name"), str)]
    faults = []
    if "camera" not in document or document["camera"] == []:
        hint = f"source is one of {SOURCE_FORMS}"
        faults.append(ConfigFault("camera", "at least one [[camera]] with a source", "none", hint))
    faults += _repeated("camera", camera_names)
    faults += _repeated("view", view_names)
    for i, table in enumerate(views):
        name = table.get("camera")
        if name is None and len(cameras) > 1:
            faults.append(ConfigFault(f"view[{i}].camera", f"one of {', '.join(camera_names)}", "nothing"))
        elif isinstance(name, str) and cameras and name not in camera_names:
            faults.append(ConfigFault.choice(f"view[{i}].camera", camera_names, name))
    if not views:  # the default views are named as their cameras
        faults += [
            ConfigFault(f"camera[{i}].name", "a name that is no topic of the node itself", repr(name))
            for i, name in enumerate(camera_names)
            if name in RESERVED_VIEW_NAMES
        ]
    return faults


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: expected a config file, found nothing there. "
            "`edgeclassify check --example` prints one to start from."
        ) from error
    except OSError as error:
        raise ConfigError(f"{path}: expected a readable file: {error.strerror}.") from error
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{path}: expected a config of at most {MAX_BYTES} bytes, found more.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"byte 0x{content[error.start]:02x} at offset {error.start}"
        raise ConfigError(f"{path}: expected UTF-8 text, found {byte}. Save the file as UTF-8.") from error


def _tables(document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = document.get(key, [])
    return [table for table in value if isinstance(table, dict)] if isinstance(value, list) else []


def _repeated(kind: str, names: Sequence[str]) -> Iterator[ConfigFault]:
    for i, name in enumerate(names):
        if name in names[:i]:
            yield ConfigFault(f"{kind}[{i}].name", f"a name that no other {kind} has", repr(name))


def _absolute(config: Config, base: Path) -> Config:
    """Relative paths resolved against the file's folder: the daemon's working directory is free."""
    node, mqtt, tls = config.node, config.mqtt, config.mqtt.tls
    if tls is not None:
        fixed = {key: _fixed(getattr(tls, key), base) for key in ("ca", "cert", "key")}
        tls = tls.model_copy(update=fixed)
    views = tuple(
        view if view.model is None else view.model_copy(update={"model": _fixed_model(view.model, base)})
        for view in config.view
    )
    return config.model_copy(
        update={
            "node": node.model_copy(update={"state_dir": _fixed(node.state_dir, base)}),
            "mqtt": mqtt.model_copy(update={"password_file": _fixed(mqtt.password_file, base), "tls": tls}),
            "model": _fixed_model(config.model, base),
            "camera": tuple(_fixed_camera(camera, base) for camera in config.camera),
            "view": views,
        }
    )


def _fixed(path: Path | None, base: Path) -> Path | None:
    return None if path is None else base / path.expanduser()


def _fixed_model(model: ModelConfig, base: Path) -> ModelConfig:
    # Only what changes is set: a key that the file leaves out must still count as left out afterwards.
    update: dict[str, object] = {}
    if "/" in model.name or model.name.endswith(".tflite"):
        update["name"] = str(_fixed(Path(model.name), base))
    if model.labels is not None:
        update["labels"] = _fixed(model.labels, base)
    return model.model_copy(update=update)


def _fixed_camera(camera: CameraConfig, base: Path) -> CameraConfig:
    kind, target = split_source(camera.source)
    if kind in ("video", "images") and "://" not in target:
        return camera.model_copy(update={"source": f"{kind}:{_fixed(Path(target), base)}"})
    return camera
