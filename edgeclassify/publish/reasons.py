"""Why a connection failed, in words that say what to do."""

import socket
import ssl

_CONNACK_HINTS = {
    "Bad user name or password": "check mqtt.username and the password",
    "Not authorized": "the broker does not allow this user or address: check mqtt.username and its access rules",
    "Client identifier not valid": "choose another mqtt.client_id",
    "Banned": "the broker has banned this client or address",
    "Unsupported protocol version": 'check mqtt.protocol: "auto" tries both versions',
}
_DISCONNECT_HINTS = {
    "Session taken over": "another client has the same client id: give each node its own name or mqtt.client_id",
    "Packet too large": "the broker accepts only smaller messages",
}


def refusal(reason: str) -> str:
    """The broker answered, and refused: `reason` is the name of its reason code."""
    hint = _CONNACK_HINTS.get(reason)
    return f"refused: {reason.lower()}" + (f" ({hint})" if hint else "")


def disconnection(reason: str, *, by_broker: bool) -> str:
    """The connection has ended: by the broker's word, or found broken."""
    hint = _DISCONNECT_HINTS.get(reason)
    text = f"closed by the broker: {reason.lower()}" if by_broker else _broken(reason)
    return text + (f" ({hint})" if hint else "")


def _broken(reason: str) -> str:
    return "no answer to keep-alive" if reason == "Keep alive timeout" else "the network connection broke"


def unreachable(error: OSError | ValueError, *, tls: bool) -> str:
    """No connection could be made; `tls`: it was tried with TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message} (check mqtt.tls.ca and mqtt.host)"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {(error.reason or str(error)).lower()} (does the broker speak TLS on this port?)"
    if isinstance(error, socket.gaierror):
        return f"host name not found: {error.strerror} (check mqtt.host and the network)"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused (is the broker running, and mqtt.port right?)"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "the connection was reset" + (" (does the broker speak TLS on this port?)" if tls else "")
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, UnicodeError):
        return "no valid host name (check mqtt.host)"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
