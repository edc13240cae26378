"""Messages of the events that the spool keeps."""

from edgeclassify.contract.outgoing import Message, history_body
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.interface import SpooledEvent


def spooled_message(topics: Topics, event: SpooledEvent, *, historical: bool) -> Message:
    """An event from the spool. `historical`: it could not be sent when it happened, and goes to `history`."""
    if historical:
        return Message(topics.history(event.view), history_body(event.body), qos=1, retain=False)
    return Message(topics.event(event.view), event.body, qos=1, retain=False)
