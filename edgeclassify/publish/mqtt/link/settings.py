"""What every attempt to connect needs."""

import ssl
from dataclasses import dataclass

from edgeclassify.broker.credentials import Credentials
from edgeclassify.broker.failure_texts import Security
from edgeclassify.contract.outgoing import Message


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Checked. `client_certificate`: True where `tls` holds a certificate that says who we are."""

    host: str
    port: int
    client_id: str
    keepalive_s: int
    credentials: Credentials | None
    tls: ssl.SSLContext | None
    client_certificate: bool
    will: Message

    @property
    def security(self) -> Security:
        """How the connection is secured, for what is said where it fails."""
        if self.tls is None:
            return Security.PLAIN
        return Security.MUTUAL if self.client_certificate else Security.TLS
