"""Why there is no connection to a broker, or no more."""


class LinkError(Exception):
    """No connection, or no more."""


class UnreachableError(LinkError):
    """Nobody has answered at this address: it was not found, refused, or silent."""


class ProtocolRefusedError(LinkError):
    """The broker says that it does not speak this version of MQTT."""


class WillRefusedError(LinkError):
    """The broker can't keep our will as it is: `retain` or `qos` is more than it offers."""

    def __init__(self, text: str, *, retain: bool) -> None:
        super().__init__(text)
        self.retain = retain


class WhoRefusedError(LinkError):
    """The broker does not let in who we say we are: the client id, or the user."""


class NoBrokerError(LinkError):
    """What answers uses another protocol."""


class UnansweredError(LinkError):
    """The broker took the connection and did not answer CONNECT: it closed, or kept silent.

    That is also what a broker of MQTT 3.1.1 does that does not understand a CONNECT of MQTT 5.
    """

    def __init__(self, reason: str, *, closed: bool = False) -> None:
        super().__init__(reason)
        self.closed = closed


class OverdueError(LinkError):
    """The broker does not acknowledge what it should: the connection is renewed."""
