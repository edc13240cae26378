"""What a node can be asked for by: each field with its kind, where its value is read, and which topics tell it.

A field of views holds where it holds of one of them; with a view's name before it (`gate.label`) of that one.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from edgeclassify.fleet.where.compared import Kind, Value
from edgeclassify.fleet.where.facts import Facts
from edgeclassify.watch.records import WatchedView, problems

Values = Sequence[Value] | None
"""Those of a field; None: the node has not said."""
_VIEWS = ("info", "+/state", "+/availability")
_OPTION = "+/+/state"


@dataclass(frozen=True, slots=True)
class Field:
    """What a node has: `of_node` of itself, `of_a_view` of one of its views.

    `topics`: filters, below the node's own level, of what tells it.
    """

    name: str
    kind: Kind
    text: str
    topics: tuple[str, ...]
    of_node: Callable[[Facts], Values] | None = None
    of_a_view: Callable[[WatchedView, float], Values] | None = None
    alone: bool = False
    """It needs no value: `online`, or `problem` for any."""

    def values(self, facts: Facts, view: str | None) -> Values:
        """All that it has on a node: of all views, or of the one that is named."""
        if self.of_node is not None and view is None:
            return self.of_node(facts)
        assert self.of_a_view is not None, "parsing lets no view stand before a field that views do not have"
        views = facts.node.views
        if view is not None:
            return self.of_a_view(views[view], facts.now) if view in views else None
        found = [self.of_a_view(one, facts.now) for one in views.values()]
        told = [value for values in found if values is not None for value in values]
        return told if told or (found and None not in found) else None


def _one(value: Value | None) -> Values:
    return None if value is None else (value,)


def _model_names(facts: Facts) -> Values:
    return None if facts.models is None else [one.name for one in facts.models]


def _checksums(facts: Facts) -> Values:
    return None if facts.models is None else [one.sha256 for one in facts.models]


def _silence(facts: Facts) -> Values:
    heard = facts.node.heard_at
    return None if heard is None else (max(0.0, facts.now - heard),)


def _view_names(facts: Facts) -> Values:
    return facts.views if facts.views is not None else (list(facts.node.views) or None)


def _option(name: str, read: Callable[[str], Value | None]) -> Callable[[WatchedView, float], Values]:
    return lambda view, _: _one(read((view.options or {}).get(name, "")))


def _switch(text: str) -> bool | None:
    return {"ON": True, "OFF": False}.get(text)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _snoozed(view: WatchedView, now: float) -> Values:
    return (view.snoozed_until is not None and view.snoozed_until > now,)


_ALL = (
    Field("name", Kind.TEXT, "the node's name", (), lambda facts: (facts.node.name,)),
    Field("online", Kind.FLAG, "it is connected", (), lambda facts: _one(facts.node.online), alone=True),
    Field(
        "silent",
        Kind.SECONDS,
        "since its last sign of life",
        ("info", "health"),
        _silence,
    ),
    Field("version", Kind.VERSION, "of edgeclassify", ("info",), lambda facts: _one(facts.node.version)),
    Field("model", Kind.TEXT, "a model in use", ("info",), _model_names),
    Field("sha256", Kind.TEXT, "the checksum of a model in use", ("info",), _checksums),
    Field("view", Kind.TEXT, "the name of a view", ("info",), _view_names),
    Field("profile", Kind.TEXT, "the profile that is on", (_OPTION,), lambda facts: _one(facts.node.profile)),
    Field(
        "problem",
        Kind.TEXT,
        "what is wrong, as in the table of watch; of a view: with its camera's picture",
        ("health", "+/availability", "+/problems", *_VIEWS),
        lambda facts: problems(facts.node),
        lambda view, _: view.problems,
        alone=True,
    ),
    Field(
        "temperature",
        Kind.NUMBER,
        "°C of the processor",
        ("health",),
        lambda facts: _one(facts.node.temperature_c),
    ),
    Field(
        "throttled",
        Kind.FLAG,
        "the processor is slowed down",
        ("health",),
        lambda facts: _one(facts.node.throttled),
        alone=True,
    ),
    Field("fps", Kind.NUMBER, "frames per second", ("health",), lambda facts: _one(facts.node.fps)),
    Field(
        "inference",
        Kind.NUMBER,
        "milliseconds of a frame, the median",
        ("health",),
        lambda facts: _one(facts.node.inference_ms),
    ),
    Field("waiting", Kind.NUMBER, "events that wait", ("health",), lambda facts: _one(facts.node.spool_depth)),
    Field("dropped", Kind.NUMBER, "events dropped", ("health",), lambda facts: _one(facts.node.spool_dropped)),
    Field("up", Kind.SECONDS, "since its daemon started", ("health",), lambda facts: _one(facts.figures.up_s)),
    Field(
        "server",
        Kind.TEXT,
        "that of the broker, which it is connected to",
        ("health",),
        lambda facts: _one(facts.figures.server),
    ),
    Field(
        "update",
        Kind.TEXT,
        "what became of its newest update",
        ("health",),
        lambda facts: _one(facts.figures.update),
    ),
    Field(
        "release",
        Kind.NUMBER,
        "the version of that update",
        ("health",),
        lambda facts: _one(facts.figures.update_version),
    ),
    Field(
        "clock",
        Kind.FLAG,
        "its clock is set by a time server",
        ("health",),
        lambda facts: _one(facts.node.clock_synchronised),
        alone=True,
    ),
    Field(
        "label",
        Kind.TEXT,
        "what a view shows",
        ("+/state",),
        of_a_view=lambda view, _: _one(view.label),
    ),
    Field("score", Kind.NUMBER, "of that label", ("+/state",), of_a_view=lambda view, _: _one(view.score)),
    Field(
        "camera",
        Kind.FLAG,
        "its camera gives frames",
        ("+/availability",),
        of_a_view=lambda view, _: _one(view.online),
        alone=True,
    ),
    Field(
        "enabled",
        Kind.FLAG,
        "it is watched",
        (_OPTION,),
        of_a_view=_option("enabled", _switch),
        alone=True,
    ),
    Field("threshold", Kind.NUMBER, "its threshold_enter", (_OPTION,), of_a_view=_option("threshold", _number)),
    Field("interval", Kind.SECONDS, "between two frames", (_OPTION,), of_a_view=_option("interval", _number)),
    Field(
        "snoozed", Kind.FLAG, "it is left alone for a while", ("+/snooze", *_VIEWS), of_a_view=_snoozed, alone=True
    ),
)
FIELDS: Mapping[str, Field] = {one.name: one for one in _ALL}
"""By name, in the order of the help."""
