"""Messages of the events that the spool keeps."""

from edgeclassify.contract.outgoing import Message, stored_event_message
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.interface import SpooledEvent


def spooled_message(topics: Topics, event: SpooledEvent, *, historical: bool) -> Message:
    """An event from the spool. `historical`: it could not be sent when it happened, and goes to `history`."""
    return stored_event_message(topics, event.view, event.body, historical=historical)
