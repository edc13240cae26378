"""What the checks look at, read once: the config with the service that runs by it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

from edgeclassify.broker.credentials import MQTT_PASSWORD
from edgeclassify.config import Config, load_config
from edgeclassify.doctor.around import Around, ask, unit_shown
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.service.credential_store import stored_secret
from edgeclassify.service.places import CONFIG, unit_of
from edgeclassify.service.sandbox import service_of


@contextmanager
def opened(config_file: Path, *, beside_daemon: bool = False) -> Iterator[Around]:
    """What the checks look at; while entered, variables are those of the service, where the config is a service's.

    Raises nothing: a config that can't be used is a finding.
    """
    service = None if beside_daemon else service_of(config_file)
    with nullcontext() if service is None else service.environment():
        config, why = _config(config_file)
    belongs = beside_daemon or config_file.resolve().parent == CONFIG.parent
    unit = unit_of(config_file)
    shown = unit_shown(unit) if belongs else None
    with (
        nullcontext() if service is None else service.environment(),
        _password(_stored(config_file) if belongs else "", shown or {}),
    ):
        if config is not None:
            config = _with_model(config)
        yield Around(config_file, config, why, service, beside_daemon, unit, shown)


def _config(file: Path) -> tuple[Config | None, str]:
    try:
        return load_config(file), ""
    except EdgeClassifyError as error:
        return None, str(error)


def _with_model(config: Config) -> Config:
    """With the model that the environment names, where the config names none."""
    name = os.environ.get("EDGECLASSIFY_MODEL")
    if not name or "name" in config.model.model_fields_set:
        return config
    return config.model_copy(update={"model": config.model.model_copy(update={"name": name})})


@contextmanager
def _password(stored: str, shown: Mapping[str, str]) -> Iterator[None]:
    """What systemd would hand to the service as a credential, as a variable, where we may read it."""
    found = "" if os.environ.get(MQTT_PASSWORD.variable) else stored or _credential(shown)
    if not found:
        yield
        return
    os.environ[MQTT_PASSWORD.variable] = found
    try:
        yield
    finally:
        os.environ.pop(MQTT_PASSWORD.variable, None)


def _stored(config_file: Path) -> str:
    return (stored_secret(config_file, MQTT_PASSWORD.credential) or "").rstrip("\r\n")


def _credential(shown: Mapping[str, str]) -> str:
    name = MQTT_PASSWORD.credential
    for key in ("LoadCredential", "LoadCredentialEncrypted"):
        for word in shown.get(key, "").split():
            named, _, path = word.partition(":")
            if named != name or not path:
                continue
            if key == "LoadCredentialEncrypted":
                return ask(["systemd-creds", "decrypt", f"--name={name}", path, "-"]).output.strip("\n")
            try:
                return Path(path).read_text().strip("\n")
            except (OSError, UnicodeDecodeError):
                return ""
    return ""
