"""One open connection, as far as delivery needs it."""

from abc import ABC, abstractmethod

from edgeclassify.contract.outgoing import Message


class Link(ABC):
    """One open connection, as far as a session needs it."""

    maximum_packet_size: int | None = None
    """Largest packet in bytes that the broker takes; None: it has not said."""
    mqtt5 = True
    """True where this version is used: its packets are a little larger."""

    @abstractmethod
    def send(self, message: Message) -> int | None:
        """Hand the message over for sending; its message id, None when the connection is gone. Never blocks."""
