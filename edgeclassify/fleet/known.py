"""What is known of the nodes on a broker: the board of a watch, and beside it what orders go by."""

import time
from collections.abc import Callable

from edgeclassify.contract.channels import match_topic
from edgeclassify.fleet.where.facts import Facts, FurtherFigures, LoadedModel
from edgeclassify.watch.board import MOST_VIEWS, Board
from edgeclassify.watch.interface import Arrival
from edgeclassify.watch.reading import UNREADABLE, object_of, text_of

_MODELS_KEPT = MOST_VIEWS


class KnownNodes:
    """Nodes below a prefix, by name. Used by one thread. `wall`: seconds since the epoch."""

    def __init__(self, prefix: str, *, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._board = Board(prefix, wall=wall, events_kept=1)
        self._models: dict[str, tuple[LoadedModel, ...]] = {}
        self._views: dict[str, tuple[str, ...]] = {}
        self._figures: dict[str, FurtherFigures] = {}

    @property
    def prefix(self) -> str:
        """Before the node's name in each topic."""
        return self._board.prefix

    @property
    def names(self) -> list[str]:
        """All of them, in order."""
        return sorted(self._board.nodes)

    def take(self, arrival: Arrival) -> None:
        """A message of a node. What is none of the contract is left out."""
        self._board.take(arrival)
        match = match_topic(self.prefix, arrival.topic)
        if match is None or match.node not in self._board.nodes:
            return
        if match.channel.name in ("info", "health"):
            try:
                body = object_of(arrival)
                if match.channel.name == "info":
                    self._note_info(match.node, body)
                else:
                    self._note_health(match.node, body)
            except UNREADABLE:
                return

    def is_online(self, name: str) -> bool | None:
        """None: it has not said so."""
        node = self._board.nodes.get(name)
        return None if node is None else node.online

    def views(self, name: str) -> tuple[str, ...] | None:
        """The names of its views; None: it has not said."""
        return self._views.get(name)

    def models(self, name: str) -> tuple[LoadedModel, ...] | None:
        """The models in use; None: it has not said."""
        return self._models.get(name)

    def facts(self, name: str) -> Facts:
        """What one of the nodes is judged by."""
        return Facts(
            self._board.nodes[name],
            self._wall(),
            self.models(name),
            self.views(name),
            self._figures.get(name, FurtherFigures()),
        )

    def _note_info(self, node: str, body: dict[str, object]) -> None:
        views, models = body.get("views"), body.get("models")
        if isinstance(views, list):
            self._views[node] = tuple(text_of(view) for view in views[:MOST_VIEWS])
        if isinstance(models, list):
            self._models[node] = tuple(_model_of(model) for model in models[:_MODELS_KEPT])

    def _note_health(self, node: str, body: dict[str, object]) -> None:
        update = body.get("update")
        of_update = update if isinstance(update, dict) else {}
        self._figures[node] = FurtherFigures(
            _number(body.get("uptime_s")),
            _text(body.get("broker")),
            _text(of_update.get("state")),
            _number(of_update.get("version")),
        )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value[:200] if isinstance(value, str) else None


def _model_of(body: dict[str, object]) -> LoadedModel:
    return LoadedModel(text_of(body["name"]), text_of(body.get("sha256", "")), text_of(body.get("runtime", "")))
