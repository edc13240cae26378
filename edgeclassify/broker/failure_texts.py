"""Why a connection failed, in words that say what to do."""

import re
import socket
import ssl
import time
from enum import Enum, auto

# A broker of MQTT 5 says "not authorized" for a wrong password too.
_NOT_ALLOWED = ("Bad user name or password", "Not authorized")
_WRONG_USER = "wrong user name or password, or no access rights: check mqtt.username, its password and its rights"
_NO_USER = "the broker wants to know who we are: set mqtt.username and mqtt.password_file"
_BUSY = "the broker is busy or starting: nothing to do here"
_QUOTA = "the broker's quota for this client is used up: look for it in the broker's settings"
_ELSEWHERE = "set mqtt.host to the server that is meant"
_CONNACK_HINTS = {
    "Client identifier not valid": "choose another mqtt.client_id",
    "Banned": "the broker has banned this client or address",
    "Unsupported protocol version": 'check mqtt.protocol: "auto" tries both versions',
    "Server busy": _BUSY,
    "Server unavailable": _BUSY,
    "Quota exceeded": _QUOTA,
    "Connection rate exceeded": "the broker lets clients connect less often",
    "Packet too large": "the broker accepts only smaller messages, even to connect",
    "Topic name invalid": "it does not allow the topic of our will: check mqtt.prefix and its rules for topics",
    "Bad authentication method": "the broker wants another way to log in than user name and password",
    "Use another server": _ELSEWHERE,
    "Server moved": _ELSEWHERE,
}
_DISCONNECT_HINTS = {
    "Session taken over": "another client has the same client id: give each node its own name or mqtt.client_id",
    "Packet too large": "the broker accepts only smaller messages",
    "Quota exceeded": _QUOTA,
    "Message rate too high": "the broker lets clients send less often",
    "Receive maximum exceeded": "it takes fewer unacknowledged messages than it said",
    "Topic name invalid": "it does not allow one of our topics: check mqtt.prefix and its rules for topics",
    "Not authorized": "its access rules forbid one of our topics",
    "Administrative action": "somebody ended it at the broker",
    "Use another server": _ELSEWHERE,
    "Server moved": _ELSEWHERE,
    "Keep alive timeout": "it missed our keep-alive: see mqtt.keepalive_s",
}
_MESSAGE_HINTS = {
    "not authorized": "Check its access rules.",
    "unspecified error": "It gives no reason; check its access rules and its log.",
    "implementation specific error": "It gives no reason; check its log.",
    "quota exceeded": "Its quota for this client is used up: look for it in the broker's settings.",
    "topic name invalid": "It does not allow this topic: check mqtt.prefix and its rules for topics.",
    "topic filter invalid": "It does not allow this topic: check mqtt.prefix and its rules for topics.",
    "packet identifier in use": "It is sent again.",
    "wildcard subscriptions not supported": "It wants topics one by one.",
}
_OF_ANOTHER_TIME = (9, 10)  # OpenSSL's codes, X509_V_ERR_…: not valid yet, expired
_IN_HOSTS = {
    "mqtt.host and mqtt.port": "mqtt.hosts",
    "mqtt.host": "mqtt.hosts",
    "mqtt.port": "its port in mqtt.hosts",
}
_SHOWN_BYTES, _SHOWN_TEXT = 24, 100
_TLS_RECORDS = (0x14, 0x15, 0x16, 0x17)


class Security(Enum):
    """How the connection to the broker is secured: without TLS, with it, or also with a certificate of our own."""

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


def message_hint(reason: str) -> str:
    """What to do where the broker refuses a message or a subscription, with a space before it; empty: nothing."""
    hint = _MESSAGE_HINTS.get(reason, "Check the broker's log.")
    return f" {hint}"


def said(properties: object) -> str:
    """What the broker adds in its own words, as text to append; empty where it adds nothing."""
    found = ((name, getattr(properties, name, None)) for name in ("ReasonString", "ServerReference"))
    words = {"ReasonString": "it says", "ServerReference": "server"}
    return "".join(f"; {words[name]} {str(text)[:_SHOWN_TEXT]!a}" for name, text in found if text)


def no_broker(begin: bytes, security: Security) -> str:
    """What came where the answer to CONNECT should: `begin` are its first bytes."""
    if security is Security.PLAIN and begin[0] in _TLS_RECORDS and begin[1:2] in (b"", b"\x03"):
        return "it wants TLS on this port: set mqtt.tls, or mqtt.port to the one without TLS"
    return f"what answers is no MQTT broker (it starts with {_shown(begin)}): check mqtt.host and mqtt.port"


def bad_answer(begin: bytes) -> str:
    """The answer to CONNECT is one, and can't be understood."""
    return f"its answer to CONNECT is no valid MQTT: {begin[:_SHOWN_BYTES].hex(' ')}"


def _shown(begin: bytes) -> str:
    """Text as text, the rest as hexadecimal numbers; short, and without control characters."""
    line = begin[:_SHOWN_BYTES].split(b"\r")[0].split(b"\n")[0]
    text = line.decode("latin-1")
    return repr(text) if text and text.isascii() and text.isprintable() else begin[:_SHOWN_BYTES].hex(" ")


def unanswered(security: Security) -> str:
    """The broker took the connection, and closed it where the answer to CONNECT should come."""
    return f"closed the connection without an answer ({_CERTIFICATE_HINTS[security]})"


def of_hosts(text: str) -> str:
    """A text of this module where the config lists its servers: in mqtt.hosts, each with its port."""
    for key, other in _IN_HOSTS.items():
        text = re.sub(rf"{re.escape(key)}\b", other, text)
    return text


def unreachable(error: OSError | ValueError, security: Security, host: str = "") -> str:
    """No connection could be made to `host`."""
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = "check mqtt.tls.ca and mqtt.host"
        if error.verify_code in _OF_ANOTHER_TIME:
            hint = f"this machine's clock says {time.strftime('%Y-%m-%d', time.gmtime())}: is that so? Else {hint}"
        return f"its certificate is not accepted: {error.verify_message} ({hint})"
    if isinstance(error, ssl.SSLError):
        # An alert is the broker's own word: it does speak TLS.
        alert = "ALERT" in (error.reason or "")
        hint = _CERTIFICATE_HINTS[security] if alert else "does the broker speak TLS on this port?"
        return f"TLS failed: {(error.reason or str(error)).lower()} ({hint})"
    if isinstance(error, socket.gaierror):
        # glibc knows no such names by itself, and only says that there is none.
        by_mdns = "; for names in .local: sudo apt install libnss-mdns" if host.lower().endswith(".local") else ""
        return f"host name not found: {error.strerror} (check mqtt.host and the network{by_mdns})"
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
