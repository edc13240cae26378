"""How a view's decider is made: of the config while the daemon runs, of a recording when it is replayed."""

from collections.abc import Callable

from edgeclassify.postprocess.decision import ViewDecider, new_event_id
from edgeclassify.postprocess.interface import Decider, Rules
from edgeclassify.recording.interface import ViewBegins


def recorded_decider(begins: ViewBegins, rules: Rules, new_id: Callable[[], str] = new_event_id) -> Decider:
    """A fresh one for a view of a recording."""
    return ViewDecider(begins.view, begins.labels, begins.model, rules, new_id=new_id)
