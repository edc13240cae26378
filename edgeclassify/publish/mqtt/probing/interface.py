"""What a trial over a connection hears and does, beside what is delivered there."""

from abc import ABC, abstractmethod
from typing import Protocol

from edgeclassify.contract.outgoing import Message
from edgeclassify.publish.mqtt.link.received import Arrived


class ProbeLink(Protocol):
    """A connection, as far as a trial needs it."""

    def send(self, message: Message) -> int | None:
        """Hand the message over for sending; its message id, None when the connection is gone. Never blocks."""

    def subscribe(self, topic: str) -> None:
        """Ask for a topic."""

    def unsubscribe(self, topic: str) -> None:
        """Ask for no more of it."""


class Trial(ABC):
    """On one connection. Used by the delivery thread.

    What is not the trial's own is left to others: then `acknowledged`, `heard` and `denied` are False.
    """

    def begin(self) -> None:  # noqa: B027 - most begin later
        """The connection stands, and nothing was sent yet."""

    @abstractmethod
    def turn(self, *, idle: bool) -> None:
        """Do what is due. `idle`: nothing that is delivered is on its way."""

    def acknowledged(self, mid: int, refusal: str | None) -> bool:
        """The broker has answered a message; `refusal`: why it did not take it."""
        return False

    @abstractmethod
    def heard(self, arrived: Arrived) -> bool:
        """A message has come."""

    @abstractmethod
    def denied(self, topic: str) -> bool:
        """The broker refuses a subscription."""
