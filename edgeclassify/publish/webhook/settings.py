"""What a webhook is made from: where it posts to, whom it trusts, what it signs with; checked at the start."""

import logging
import re
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path

from edgeclassify.broker.credentials import WEBHOOK_SECRET, look_up_secret, public_warning
from edgeclassify.config import WebhookConfig
from edgeclassify.errors import ConfigError, SourceSetupError
from edgeclassify.http.address import Address, parse_address
from edgeclassify.http.tls import check_ca
from edgeclassify.http.trust import IN_CONFIG, Trust
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.webhook.signature import signing_key
from edgeclassify.redaction import redacted_to_server, remember

log = logging.getLogger(__name__)

REMEDY = f"webhook.{IN_CONFIG}"
"""How the config allows a certificate."""

# What may be a token in a path; a word is none.
_TOKEN = re.compile(r"(?=[^/]*[0-9])[\w~.-]{12,}")


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """`node`: whose events they are. `key`: what signs them; None: nothing. `ca_file`: what the CA file was when
    this was made, to tell a new one."""

    node: str
    address: Address
    key: bytes | None = field(repr=False)
    trust: Trust
    timeout_s: float
    ca_file: bytes | None = field(default=None, repr=False)


def webhook_settings(
    config: WebhookConfig, node: str, environment: Mapping[str, str] | None = None
) -> WebhookSettings:
    """As look_up_settings(), and the log is told of a secret that everybody may read."""
    if config.secret_file is not None:
        warning = public_warning(config.secret_file, WEBHOOK_SECRET.key)
        if warning is not None:
            log.warning("%s", warning)
    return look_up_settings(config, node, environment)


def look_up_settings(
    config: WebhookConfig, node: str, environment: Mapping[str, str] | None = None
) -> WebhookSettings:
    """The settings. Raises ConfigError for a secret or a CA file that can't be used."""
    secret = look_up_secret(WEBHOOK_SECRET, config.secret_file, environment)
    key = None if secret is None else signing_key(secret, str(config.secret_file or WEBHOOK_SECRET.what))
    address = parse_address(config.url)
    # Whoever knows the path of many a receiver may post there.
    remember(_TOKEN.findall(address.target))
    trust = Trust(config.tls.verify, config.tls.ca, REMEDY, "receiver")
    return WebhookSettings(
        node=node,
        address=replace(address, shown=redacted_to_server(config.url)),
        key=key,
        trust=trust,
        timeout_s=config.timeout_s,
        ca_file=None if config.tls.ca is None else _certificates(config.tls.ca),
    )


def _certificates(ca: Path) -> bytes:
    try:
        check_ca(ca, "receiver")
        return ca.read_bytes()
    except SourceSetupError as error:
        raise ConfigError(f"webhook.{error}") from error
    except OSError as error:
        raise ConfigError(f"webhook.tls.ca: {ca}: expected a PEM file, but it can't be read: {error}.") from error
