"""Why a connection failed, in words that say what to do."""

import socket
import ssl
from enum import Enum, auto

# A broker of MQTT 5 says "not authorized" for a wrong password too.
_NOT_ALLOWED = ("Bad user name or password", "Not authorized")
_WRONG_USER = "wrong user name or password, or no access rights: check mqtt.username, its password and its rights"
_NO_USER = "the broker wants to know who we are: set mqtt.username and mqtt.password_file"
_CONNACK_HINTS = {
    "Client identifier not valid": "choose another mqtt.client_id",
    "Banned": "the broker has banned this client or address",
    "Unsupported protocol version": 'check mqtt.protocol: "auto" tries both versions',
}
_DISCONNECT_HINTS = {
    "Session taken over": "another client has the same client id: give each node its own name or mqtt.client_id",
    "Packet too large": "the broker accepts only smaller messages",
}


class Security(Enum):
    """How we speak to the broker: without TLS, with it, or also with a certificate of our own."""

    PLAIN = auto()
    TLS = auto()
    MUTUAL = auto()


_CERTIFICATE_HINTS = {
    Security.PLAIN: "does it expect TLS on this port?",
    Security.TLS: "does it want a client certificate? Then set mqtt.tls.cert and mqtt.tls.key",
    Security.MUTUAL: "does it accept our certificate, mqtt.tls.cert? Has it expired?",
}


def refusal(reason: str, *, user: bool) -> str:
    """The broker answered, and refused: `reason` is the name of its reason code; `user`: mqtt.username is set."""
    if reason in _NOT_ALLOWED:
        hint: str | None = _WRONG_USER if user else _NO_USER
    else:
        hint = _CONNACK_HINTS.get(reason)
    return f"refused: {reason.lower()}" + (f" ({hint})" if hint else "")


def disconnection(reason: str, *, by_broker: bool) -> str:
    """The connection has ended: by the broker's word, or found broken."""
    hint = _DISCONNECT_HINTS.get(reason)
    text = f"closed by the broker: {reason.lower()}" if by_broker else _broken(reason)
    return text + (f" ({hint})" if hint else "")


def _broken(reason: str) -> str:
    return "no answer to keep-alive" if reason == "Keep alive timeout" else "the network connection broke"


def unanswered(security: Security) -> str:
    """The broker took the connection, and closed it where the answer to CONNECT should come."""
    return f"closed the connection without an answer ({_CERTIFICATE_HINTS[security]})"


def unreachable(error: OSError | ValueError, security: Security) -> str:
    """No connection could be made."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message} (check mqtt.tls.ca and mqtt.host)"
    if isinstance(error, ssl.SSLError):
        # An alert is the broker's own word: it does speak TLS.
        alert = "ALERT" in (error.reason or "")
        hint = _CERTIFICATE_HINTS[security] if alert else "does the broker speak TLS on this port?"
        return f"TLS failed: {(error.reason or str(error)).lower()} ({hint})"
    if isinstance(error, socket.gaierror):
        return f"host name not found: {error.strerror} (check mqtt.host and the network)"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused (is the broker running, and mqtt.port right?)"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "the connection was reset" + (
            "" if security is Security.PLAIN else " (does the broker speak TLS on this port?)"
        )
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, UnicodeError):
        return "no valid host name (check mqtt.host)"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
