"""From a TOML file to Config: decode, check, gather every fault, resolve relative paths."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgeclassify.config.cameras import CameraConfig
from edgeclassify.config.cross_faults import cross_faults
from edgeclassify.config.delivery import WebhookConfig
from edgeclassify.config.reading import config_bytes, config_text, parsed
from edgeclassify.config.sections import Config, ModelConfig
from edgeclassify.config.source_kinds import SOURCE_KINDS, split_source
from edgeclassify.config.updates import UpdatesConfig, is_key_path
from edgeclassify.config.web import WebConfig
from edgeclassify.documents.faults import ConfigFault, report
from edgeclassify.documents.values import expanded
from edgeclassify.errors import ConfigError
from edgeclassify.late_model import ValidationError
from edgeclassify.late_model.quick_judgement import UnsureError, quickly_judged
from edgeclassify.redaction import remember_all_in
from edgeclassify.types.model_choice import is_model_path

if TYPE_CHECKING:
    from edgeclassify.config.layers.update_layer import UpdateChoice


def load_config(path: Path, update: "UpdateChoice | None" = None) -> Config:
    """Read and check a config file; `update` as of config_of(). Raises ConfigError with every fault at once."""
    return config_of(parsed(config_text(config_bytes(path), path), path), path, update)


def config_of(document: dict[str, Any], path: Path, update: "UpdateChoice | None" = None) -> Config:
    """The document of a config file, with the files that it includes, its variables and the update below it.

    `update`: None: the one that runs here. Raises ConfigError with every fault in one message.
    """
    base = path.resolve().parent
    if not is_layered(document):
        return parse_config(document, str(path), base)
    from edgeclassify.config.layers.layered import layered

    whole = layered(document, path, update)
    return parse_config(whole.document, str(path), base, whole.origins.other_file).with_files(whole.files)


def is_layered(document: dict[str, Any]) -> bool:
    """False where the file says all by itself: then nothing is imported that puts several together."""
    return "include" in document or "updates" in document or _names_variables(document)


def _names_variables(value: Any) -> bool:
    if isinstance(value, str):
        return "${" in value
    if isinstance(value, dict):
        return any(map(_names_variables, value.values()))
    return isinstance(value, list) and any(map(_names_variables, value))


def parse_config(
    document: dict[str, Any], name: str, base: Path, other_file: Callable[[str], Path | None] = lambda _: None
) -> Config:
    """A parsed TOML document as Config. Relative paths are relative to `base`, the config file's folder.

    `other_file`: which file says a key, where it is not the one of that name. Raises ConfigError that lists every
    fault, under the heading `name`.
    """
    remember_all_in(document)
    faults: list[ConfigFault] = []
    config = None
    try:
        config = _judged(document)
    except ValidationError as error:
        from edgeclassify.config.faults import faults_of

        faults = faults_of(error, document, Config)
    # Checked on the document, so that these faults show together with those of single keys.
    known = {fault.key for fault in faults}
    faults += [fault for fault in cross_faults(document) if fault.key not in known]
    if config is None or faults:
        raise ConfigError(report(name, [_placed(fault, other_file(fault.key)) for fault in faults]))
    return _absolute(config, base).with_origin(name)


def _judged(document: dict[str, Any]) -> Config:
    try:
        return quickly_judged(Config, document)
    except UnsureError:
        return Config.model_validate(document)


def _placed(fault: ConfigFault, file: Path | None) -> ConfigFault:
    return fault if file is None else replace(fault, key=f"{fault.key} (in {file})")


def json_schema() -> dict[str, Any]:
    """The config file's JSON Schema, for editors."""
    schema = Config.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "edgeclassify config",
    }


def _absolute(config: Config, base: Path) -> Config:
    """Relative paths resolved against the file's folder: the daemon's working directory is free."""
    node, mqtt, tls, snapshot = config.node, config.mqtt, config.mqtt.tls, config.snapshot
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
            "webhook": _fixed_webhook(config.webhook, base),
            "model": _fixed_model(config.model, base),
            "camera": tuple(_fixed_camera(camera, base) for camera in config.camera),
            "view": views,
            "snapshot": snapshot.model_copy(update={"folder": _fixed(snapshot.folder, base)}),
            "web": _fixed_web(config.web, base),
            "updates": _fixed_updates(config.updates, base),
        }
    )


def _fixed(path: Path | None, base: Path) -> Path | None:
    return None if path is None else base / expanded(path)


def _fixed_webhook(webhook: WebhookConfig | None, base: Path) -> WebhookConfig | None:
    if webhook is None:
        return None
    tls = webhook.tls.model_copy(update={"ca": _fixed(webhook.tls.ca, base)})
    return webhook.model_copy(update={"secret_file": _fixed(webhook.secret_file, base), "tls": tls})


def _fixed_updates(updates: UpdatesConfig | None, base: Path) -> UpdatesConfig | None:
    if updates is None or not is_key_path(updates.public_key):
        return updates
    return updates.model_copy(update={"public_key": str(_fixed(Path(updates.public_key), base))})


def _fixed_web(web: WebConfig, base: Path) -> WebConfig:
    tls = web.tls
    if tls is not None:
        tls = tls.model_copy(update={key: _fixed(getattr(tls, key), base) for key in ("cert", "key")})
    return web.model_copy(update={"access_file": _fixed(web.access_file, base), "tls": tls})


def _fixed_model(model: ModelConfig, base: Path) -> ModelConfig:
    # Only what changes is set: a key that the file leaves out must still count as left out afterwards.
    update: dict[str, object] = {}
    if is_model_path(model.name):
        update["name"] = str(_fixed(Path(model.name), base))
    if model.labels is not None:
        update["labels"] = _fixed(model.labels, base)
    if "/" in model.delegate:
        update["delegate"] = str(_fixed(Path(model.delegate), base))
    return model.model_copy(update=update)


def _fixed_camera(camera: CameraConfig, base: Path) -> CameraConfig:
    if camera.tls.ca is not None:
        camera = camera.model_copy(
            update={"tls": camera.tls.model_copy(update={"ca": _fixed(camera.tls.ca, base)})}
        )
    kind, target = split_source(camera.source)
    if SOURCE_KINDS[kind].is_path(target):
        return camera.model_copy(update={"source": f"{kind}:{_fixed(Path(target), base)}"})
    return camera
