"""User, password and TLS of the broker connection, and where any secret is: checked at start, so that a wrong path
is one clear message.

What is wrong here is a ConfigError: the files that the config names don't come right by trying again.
"""

import logging
import os
import shlex
import ssl
import stat
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from edgeclassify.broker.failure_texts import Security
from edgeclassify.broker.password import password_in, password_of
from edgeclassify.config import MqttConfig, TlsConfig
from edgeclassify.errors import ConfigError
from edgeclassify.lazy_dataclass import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where a secret may be: `key` of the config names its file, else a variable of the environment or a
    credential of systemd holds it. `what`: what it is, for messages."""

    key: str
    variable: str
    credential: str
    what: str

    def is_credential(self, name: str) -> bool:
        """Is a credential of this name it? In systemd's stores the unit's name is in front."""
        plain = name.removesuffix(".encrypted")
        return plain == self.credential or plain.endswith(f".{self.credential}")


MQTT_PASSWORD = SecretPlace(
    "mqtt.password_file", "EDGECLASSIFY_MQTT_PASSWORD", "mqtt-password", "the broker password"
)
WEBHOOK_SECRET = SecretPlace(
    "webhook.secret_file", "EDGECLASSIFY_WEBHOOK_SECRET", "webhook-secret", "the webhook's secret"
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are to the broker. The password is in no repr."""

    username: str
    password: str | None = field(repr=False)


def credentials(config: MqttConfig, environment: Mapping[str, str] | None = None) -> Credentials | None:
    """As look_up(), and the log is told of a password that everybody may read."""
    if config.username is not None and config.password_file is not None:
        warning = public_warning(config.password_file, "mqtt.password_file")
        if warning is not None:
            log.warning("%s", warning)
    return look_up(config, environment)


def look_up(config: MqttConfig, environment: Mapping[str, str] | None = None) -> Credentials | None:
    """User and password; None without a username.

    The password comes from mqtt.password_file, else the environment variable EDGECLASSIFY_MQTT_PASSWORD (empty
    counts as unset), else the systemd credential `mqtt-password`. Raises ConfigError for a file that is missing or
    unreadable, and for one, or a variable, that holds no password or more than that.
    """
    if config.username is None:
        return None
    return Credentials(config.username, look_up_secret(MQTT_PASSWORD, config.password_file, environment))


def look_up_secret(place: SecretPlace, file: Path | None, environment: Mapping[str, str] | None) -> str | None:
    """The secret: of the file, else of the variable (empty counts as unset), else of systemd; None: nowhere.

    Raises ConfigError as look_up().
    """
    variables = os.environ if environment is None else environment
    if file is not None:
        return password_in(file, place.key, place.what)
    if variables.get(place.variable):
        return password_of(variables[place.variable], place.variable, place.what)
    folder = variables.get("CREDENTIALS_DIRECTORY")
    name = next(filter(place.is_credential, sorted(_names_in(Path(folder)))), None) if folder else None
    if not folder or name is None:
        return None
    return password_in(Path(folder) / name, f"systemd credential {name}", place.what)


def _names_in(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names, not paths
    except OSError:
        return []


def public_warning(path: Path, key: str) -> str | None:
    """What is to be said of a file with a secret that every user of this machine may read; None: nothing."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if not mode & stat.S_IROTH:
        return None
    return (
        f"{key}: {path} can be read by every user of this machine (mode {stat.S_IMODE(mode):o}). "
        f"chmod 640 {shlex.quote(str(path))}"
    )


def security_of(config: MqttConfig) -> Security:
    """How the connection is secured, for what is said where it fails."""
    if config.tls is None:
        return Security.PLAIN
    return Security.TLS if config.tls.cert is None else Security.MUTUAL


def tls_context(tls: TlsConfig | None) -> ssl.SSLContext | None:
    """The TLS settings, loaded; None without TLS. Raises ConfigError naming the key and the file."""
    if tls is None:
        return None
    for key, path in (("ca", tls.ca), ("cert", tls.cert), ("key", tls.key)):
        if path is not None:
            _check_readable(f"mqtt.tls.{key}", path)
    try:
        context = ssl.create_default_context(cafile=None if tls.ca is None else str(tls.ca))
    except ssl.SSLError as error:
        raise ConfigError(
            f"mqtt.tls.ca: {tls.ca}: expected a CA certificate in PEM form, found none ({error.reason or error})."
        ) from error
    if tls.ca is not None:
        # Python 3.13 began to refuse CAs without certain extensions, which a house's own CA often lacks. Chain,
        # dates and host name are checked as before.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if tls.cert is not None and tls.key is not None:
        _load_pair(context, tls.cert, tls.key)
    return context


def _load_pair(context: ssl.SSLContext, cert: Path, key: Path) -> None:
    try:
        # Without a password OpenSSL would ask for the one of an encrypted key on the terminal.
        context.load_cert_chain(str(cert), str(key), password=lambda: "")
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise ConfigError(
            f"mqtt.tls.cert, mqtt.tls.key: {cert}, {key}: expected a certificate and its unencrypted private key "
            f"in PEM form, but they can't be loaded ({reason}). Check that they belong together."
        ) from error


def _check_readable(key: str, path: Path) -> None:
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise ConfigError(
            f"{key}: {path}: expected a PEM file, but it can't be read: {error.strerror}. "
            "Check the path and its rights."
        ) from error
