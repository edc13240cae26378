"""How a connection is made: with which version of MQTT, and with as much of a will as the broker keeps."""

from collections.abc import Callable
from dataclasses import replace

from edgeclassify.interrupts import ConnectInterrupt
from edgeclassify.publish.mqtt.link.connection import PahoLink
from edgeclassify.publish.mqtt.link.failures import (
    LinkError,
    ProtocolRefusedError,
    UnansweredError,
    WillRefusedError,
)
from edgeclassify.publish.mqtt.link.protocols import Attempt, Protocols
from edgeclassify.publish.mqtt.link.settings import BrokerSettings
from edgeclassify.publish.mqtt.link.waits import Waker


class Connector:
    """Learns from each attempt what the next one is to be like. Used by one thread.

    `protocol`: as in the config. `waker` and `interrupt` reach into the connection that is made.
    """

    def __init__(self, settings: BrokerSettings, protocol: str, waker: Waker, interrupt: ConnectInterrupt) -> None:
        self._settings, self._waker, self._interrupt = settings, waker, interrupt
        self._protocols = Protocols(protocol)

    def go_by(self, client_id: str) -> None:
        """Another client id from now on."""
        self._settings = replace(self._settings, client_id=client_id)

    def open(self, go_on: Callable[[], bool]) -> PahoLink:
        """A connection with the protocol that the broker speaks. Raises LinkError.

        `go_on` is called before each attempt: False where another one is not wanted.
        """
        attempt: Attempt | None = self._protocols.first()
        go_on()
        while attempt is not None:
            protocol = attempt.protocol
            try:
                link = self._attempt(attempt)
            except (ProtocolRefusedError, UnansweredError) as error:
                attempt = self._protocols.fails(
                    protocol,
                    refused=isinstance(error, ProtocolRefusedError),
                    closed=isinstance(error, UnansweredError) and error.closed,
                )
                if attempt is None or not go_on():
                    raise
            except WillRefusedError as error:
                self._settings = _with_less_of_a_will(self._settings, error)
                raise
            else:
                self._protocols.works(protocol)
                return link
        raise LinkError("no version of MQTT to try")

    def _attempt(self, attempt: Attempt) -> PahoLink:
        link = PahoLink(self._settings, attempt.protocol, self._waker, self._interrupt)
        try:
            link.open(attempt.timeout_s)
        except BaseException as error:
            # Any answer to CONNECT but "unsupported" shows that the broker understood it.
            if link.answered and not isinstance(error, ProtocolRefusedError):
                self._protocols.works(attempt.protocol)
            link.close(graceful=False)
            raise
        return link


def _with_less_of_a_will(settings: BrokerSettings, error: WillRefusedError) -> BrokerSettings:
    """The broker can't keep our will as it is; what it can do is better than none."""
    will = settings.will
    if will is None:
        return settings
    less = replace(will, retain=False) if error.retain else replace(will, qos=0)
    return replace(settings, will=less)
