"""What is now, as the page shows it: told by the node as to any sink, heard by whoever looks."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

from edgeclassify.contract import bodies
from edgeclassify.health import Health
from edgeclassify.late_model import LateModel
from edgeclassify.publish.interface import Sink
from edgeclassify.types import Condition, Event, NodeInfo, Option, OptionValue, Prediction, Roi, ViewState
from edgeclassify.web.interface import PageNode
from edgeclassify.web.live import messages
from edgeclassify.web.live.broadcast import Broadcast
from edgeclassify.web.live.latest import Latest
from edgeclassify.web.live.messages import Look
from edgeclassify.web.live.outbox import Outbox, Said
from edgeclassify.web.live.timeline import Timelines


class Board(Sink):
    """Told from the node's threads, asked from the server's.

    While nobody listens the newest is noted, and nothing is written.
    Whole, since most of its methods are a sink's.
    """

    def __init__(self, node: PageNode) -> None:
        self._node = node
        self._latest, self._outbox, self.timelines = Latest(), Outbox(), Timelines()
        self._broadcast = Broadcast(self._outbox, self.now, self._ask_health)

    def now(self) -> dict[str, Any]:
        """All that is now, in JSON's types."""
        return self._latest.now(self._node.facts)

    @property
    def latest(self) -> Latest:
        """The newest of all that was told."""
        return self._latest

    @property
    def listeners(self) -> int:
        """How many listen."""
        return self._broadcast.listeners

    def listen(self, after: str = "") -> AsyncGenerator[bytes, None]:
        """What is told from now on, as Server-Sent Events: see Broadcast. In the server's loop."""
        return self._broadcast.listen(after)

    def say(self, kind: str, data: LateModel | dict[str, Any], *, of: str = "") -> None:
        """From any thread, at once: something that is no part of the contract. `of`: where it says how something
        is now, what that is, so that only the newest is told."""
        self._put(kind, of, lambda: data.model_dump(mode="json") if isinstance(data, LateModel) else data)

    def close(self) -> None:
        """From any thread: whoever listens hears no more, and is let go."""
        self._broadcast.close()

    # --- told by the node ------------------------------------------------------------------------------

    def start(self) -> None:
        """Nothing connects."""

    def await_first_attempt(self, timeout_s: float) -> bool:
        """There is nothing to wait for."""
        return True

    def stop(self, timeout_s: float) -> None:
        """As `close`."""
        self.close()

    def publish_info(self, info: NodeInfo) -> None:
        """What runs, perhaps by another config."""
        self._put("info", "node", bodies.Info.of(info).content)
        self._put("config", "node", dict)  # facts that the page has fetched may be old now

    def publish_availability(self, view: str, online: bool) -> None:
        """Whether the view gets frames."""
        self._latest.online[view] = online
        self._put("availability", view, lambda: {"view": view, "online": online})

    def publish_condition(self, view: str, condition: Condition) -> None:
        """What is wrong with its camera's picture."""
        self._latest.conditions[view] = condition
        self._put("condition", view, lambda: messages.of_condition(view, condition))

    def publish_state(self, state: ViewState) -> None:
        """What it shows, of every frame."""
        self._latest.states[state.view] = state
        self.timelines.note(state)
        self._put("state", state.view, lambda: messages.of_state(state))

    def publish_event(self, event: Event) -> None:
        """Each is told."""
        self.timelines.note_event(event)
        self._put("event", "", lambda: messages.of_event(event))

    def looked(self, view: str, region: Roi) -> None:
        """The view is about to be shown this part of a frame; what came of it follows."""
        self._latest.regions[view] = region

    def publish_result(self, view: str, prediction: Prediction) -> None:
        """What the model made of it."""
        look = Look(view, self._latest.regions.get(view), prediction)
        self._latest.looks[view] = look
        self._put("look", view, lambda: messages.of_look(look))

    def publish_health(self, health: Health) -> None:
        """Figures."""
        self._latest.health = health
        self._put("health", "node", bodies.Health.of(health).content)

    def publish_option(self, view: str, option: Option, value: OptionValue) -> None:
        """What an option is set to by now."""
        self._put("option", f"{view} {option}", lambda: {"view": view, **_option(option, value)})

    def publish_snooze(self, view: str, until: float | None) -> None:
        """Until when it is left alone."""
        self._latest.snoozes[view] = until
        self._put("snooze", view, lambda: messages.of_snooze(view, until))

    def publish_profile(self, profile: str | None) -> None:
        """Which profile is on."""
        self._put("profile", "node", lambda: {"profile": profile})

    def publish_snapshot(self, view: str, jpeg: bytes) -> None:
        """Left out: the page asks for pictures."""

    def _put(self, kind: str, of: str, write: Callable[[], Any]) -> None:
        if self._outbox.is_open:  # asked first: most of what is told nobody hears
            self._outbox.put(Said(kind, of, write))

    def _ask_health(self) -> None:
        self.publish_health(self._node.health())


def _option(option: Option, value: OptionValue) -> dict[str, Any]:
    return {"option": str(option), "value": messages.plain_options({option: value})[option]}
