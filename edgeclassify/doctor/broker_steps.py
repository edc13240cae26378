"""The steps on the way into a broker, and which of them failed."""

import socket
import ssl
from enum import StrEnum

from edgeclassify.publish.mqtt.link.failures import LinkError, NoBrokerError, ProtocolRefusedError, UnansweredError


class Step(StrEnum):
    """In this order. SETTINGS: the files that the config names; NAME: its host is found; CONNECTION: something
    listens there; TLS; ANSWER: it is an MQTT broker of a version that we speak; LOGIN: it lets us in."""

    SETTINGS = "settings"
    NAME = "name"
    CONNECTION = "connection"
    TLS = "tls"
    ANSWER = "answer"
    LOGIN = "login"


def step_of(error: LinkError, *, tls: bool) -> Step:
    """Which step a failure belongs to. `tls`: the connection is to be secured."""
    cause = error.__cause__
    if isinstance(error, NoBrokerError | ProtocolRefusedError | UnansweredError):
        return Step.ANSWER
    if isinstance(cause, socket.gaierror | UnicodeError):
        return Step.NAME
    if isinstance(cause, ssl.SSLError) or (tls and isinstance(cause, ConnectionResetError | BrokenPipeError)):
        return Step.TLS
    return Step.CONNECTION if isinstance(cause, OSError) else Step.LOGIN
