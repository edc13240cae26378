"""What every attempt to connect needs."""

import ssl

from edgeclassify.broker.credentials import Credentials
from edgeclassify.broker.failure_texts import Security
from edgeclassify.broker.servers import Server
from edgeclassify.contract.outgoing import Message
from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Checked. `security`: how the connection is secured, for what is said where it fails. `will` None: nothing is
    to be said where the connection breaks."""

    server: Server
    client_id: str
    keepalive_s: int
    credentials: Credentials | None
    tls: ssl.SSLContext | None
    security: Security
    will: Message | None
