"""The newest of all that the node has told: what is now."""

from typing import Any

from edgeclassify.contract import bodies
from edgeclassify.health import Health
from edgeclassify.types import Condition, Roi, ViewState
from edgeclassify.web.interface import NodeFacts, ViewFacts
from edgeclassify.web.live import messages
from edgeclassify.web.live.messages import Look


class Latest:
    """Noted by the node's threads, read by the server's: each value is replaced as a whole, by the name of its
    view."""

    def __init__(self) -> None:
        self.states: dict[str, ViewState] = {}
        self.online: dict[str, bool] = {}
        self.conditions: dict[str, Condition] = {}
        self.snoozes: dict[str, float | None] = {}
        self.looks: dict[str, Look] = {}
        self.regions: dict[str, Roi] = {}
        """The part of the frame that is looked at, from before its look is known."""
        self.health: Health | None = None

    def now(self, facts: NodeFacts) -> dict[str, Any]:
        """All of it, of the views that there are, in JSON's types."""
        return {
            "views": {view.name: self._view(view) for view in facts.views},
            "health": None if self.health is None else bodies.Health.of(self.health).content(),
            "info": bodies.Info.of(facts.info).content(),
            "profile": facts.profile,
        }

    def _view(self, view: ViewFacts) -> dict[str, Any]:
        name = view.name
        state, condition, look = self.states.get(name), self.conditions.get(name), self.looks.get(name)
        return {
            "state": None if state is None else messages.of_state(state),
            "online": self.online.get(name, False),
            "condition": None if condition is None else messages.of_condition(name, condition),
            "options": messages.plain_options(
                {
                    "enabled": view.enabled,
                    "threshold": view.rules.threshold_enter,
                    "interval": view.rules.pace.interval_s,
                }
            ),
            "snooze": messages.of_snooze(name, self.snoozes.get(name))["until"],
            "look": None if look is None else messages.of_look(look),
        }
