"""What answers of a node carry."""

from collections.abc import Mapping, Sequence
from typing import Literal, Self

from edgeclassify import types
from edgeclassify.contract.bodies import Event, Figures, LabelScore
from edgeclassify.contract.bodies.base import Amount, Body, Count, Label, Level, Score, Time, about
from edgeclassify.contract.encoding import rfc3339
from edgeclassify.health import Health
from edgeclassify.types.limits import NO_PROFILE

SCORES_TOP = 5
"""Labels that classify_now lists."""


class Nothing(Body):
    """Empty: nothing was done."""


class Ping(Body):
    """The daemon is there."""

    ts: Time = about("Its time.")

    @classmethod
    def of(cls, now: float) -> Self:
        """At a time in seconds since the epoch."""
        return cls.made(ts=rfc3339(now))


class Announced(Body):
    """All that is retained goes out again."""

    topics: Count = about("How many topics have a value that is sent again.")


class Options(Body):
    """What the options of a view are set to."""

    enabled: bool = about("Is the view classified?")
    threshold: Score = about("Score that a label needs to enter.")
    interval: Amount = about("Seconds between two classified frames.")


class Running(Body):
    """What runs on the node."""

    version: str = about("Version of edgeclassify.")
    session: str = about("A new one for each start of the daemon.")
    started: Time = about("When the daemon started.")
    models: dict[Level, str] = about("View and the name of its model.")
    options: dict[Level, Options] = about("View and its options.")
    health: Figures = about("The figures of health, taken now.")

    @classmethod
    def of(
        cls, info: types.NodeInfo, models: Mapping[str, str], options: Mapping[str, Options], health: Health
    ) -> Self:
        """From the records; `models`: view → name, `options`: view → what they are set to."""
        return cls.made(
            version=info.version,
            session=info.session,
            started=rfc3339(info.started),
            models=models,
            options=options,
            health=Figures.of(health),
        )


class Shot(Body):
    """A picture that was taken."""

    view: Level = about("Name of the view.")
    ts: Time = about("When the frame was captured.")
    bytes: Count = about("Size of the JPEG file.")
    width: Count = about("Pixels.")
    height: Count = about("Pixels.")
    path: str | None = about("The file on the node; null: not kept on disk.")
    published: bool = about("Is it sent on the view's snapshot topic?")


class Scores(Body):
    """The scores of one frame."""

    view: Level = about("Name of the view.")
    ts: Time = about("When the frame was captured.")
    top: list[LabelScore] = about("The best labels, best first.")
    ms: Amount = about("Milliseconds from frame to scores.")

    @classmethod
    def of(cls, view: str, prediction: types.Prediction) -> Self:
        """From what the model says of a frame."""
        top = [LabelScore.of(row) for row in prediction.top(SCORES_TOP)]
        return cls.made(view=view, ts=rfc3339(prediction.captured_at), top=top, ms=prediction.ms)


class Switched(Body):
    """Views that were switched."""

    views: list[Level] = about("Their names.")
    enabled: bool = about("Are they classified?")
    until: Time | None = about("When they go on by themselves; absent: they don't.", default=None)

    @classmethod
    def of(cls, views: Sequence[str], *, enabled: bool, until: float | None = None) -> Self:
        """Names of views, and seconds since the epoch."""
        return cls.made(views=list(views), enabled=enabled, until=None if until is None else rfc3339(until))


class ProfileChosen(Body):
    """The profile that is on now."""

    profile: Level = about(f"Its name; {NO_PROFILE}: none is.")
    until: Time | None = about(
        "When the config's times change next, which hold then; absent: never.", default=None
    )

    @classmethod
    def of(cls, profile: str | None, until: float | None) -> Self:
        """`until`: seconds since the epoch."""
        return cls.made(
            profile=NO_PROFILE if profile is None else profile, until=None if until is None else rfc3339(until)
        )


class Reloaded(Body):
    """The config was read again."""

    views: list[Level] = about("Names of the views that now run.")


class KnownModel(Body):
    """A model of the catalog."""

    name: str = about("Its name.")
    installed: bool = about("Is its file on the node?")


class Models(Body):
    """The models of the node."""

    models: list[KnownModel] = about("The catalog.")
    in_use: dict[str, list[Level]] = about("Model and the views that use it.")


class OptionSet(Body):
    """What was set."""

    view: Level = about("Name of the view.")
    option: Literal["enabled", "threshold", "interval"] = about("What was set.")
    value: bool | Amount = about("To what.")


class LoggedEvent(Event):
    """An event of the node's log."""

    view: Level = about("Name of the view.")
    picture: str | None = about("The file of its snapshot on the node; absent: there is none.", default=None)


class HistoryPage(Body):
    """Events of the node's log."""

    events: list[LoggedEvent] = about("Newest first; with after_seq oldest first.")
    more: bool = about("Are there more behind the last one?")


class Starts(Body):
    """How often a label started in a view within a day or an hour."""

    begin: Time = about("When the day or hour began.")
    name: str = about("What the node's clocks showed then: 2026-11-29, or 2026-11-29 14:00.")
    view: Level = about("Name of the view.")
    label: Label = about("The label.")
    starts: Count = about("How often it started.")


class HistoryOverview(Body):
    """How often labels started in each day or hour."""

    counts: list[Starts] = about("Oldest first; where nothing started there is none.")
    more: bool = about("Were older ones left out?")
