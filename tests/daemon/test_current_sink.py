"""Which sink there is: it stays, shows something else, or makes room for another."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import Config, parse_config
from edgeclassify.daemon.current_sink import CurrentSink
from edgeclassify.daemon.publishing import ShownLabels, SinkContext
from edgeclassify.errors import PublishError
from edgeclassify.publish.home_assistant.published_topics import PublishedTopics
from edgeclassify.publish.interface import Sink
from edgeclassify.publish.spool.memory import MemorySpool
from tests.support.sinks import RecordingSink


class Adopting(RecordingSink):
    """Notes what it was to adopt, and does where the test wants it. `broken`: it can't be started."""

    adopts = True
    broken = False

    def start(self) -> None:
        super().start()
        if self.broken:
            raise PublishError("no thread")

    def adopt(self, other: Sink) -> bool:
        self._note("adopt", other)
        return self.adopts

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.calls]


def config(host: str = "broker", username: str = "porch", **view: Any) -> Config:
    document = {
        "mqtt": {"host": host, "username": username},
        "camera": [{"name": "front", "source": "synthetic:"}],
    }
    return parse_config(document | {"view": [{"name": "gate"} | view]}, "test.toml", Path())


LABELS = {"gate": ("day", "night")}
FIRST, RELABELLED, MOVED = config(), config(labels=["day"]), config("elsewhere")
RENAMED = config(username="gate")


class Bench:
    """The sink of FIRST, started; `made` are all that were made."""

    def __init__(self) -> None:
        self.made: list[Adopting] = []
        self.contexts: list[ShownLabels] = []
        self.context = SinkContext(MemorySpool(), PublishedTopics(None), lambda _: None, labels=LABELS)
        self.current = CurrentSink(self.make, self.context, FIRST)

    def make(self, _: Config, context: SinkContext) -> Adopting:
        assert context == replace(self.context, labels=context.labels)
        self.contexts.append(context.labels)
        self.made.append(Adopting())
        return self.made[-1]

    def replace(self, after: Config) -> None:
        planned = self.current.plan(after, LABELS)
        assert planned is not None
        self.current.replace(planned, 1.8)


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    assert made.current.sink is made.made[0]
    assert made.made[0].kinds == []
    made.current.start()
    assert made.made[0].kinds == ["start"]
    return made


def test_it_stays_where_a_config_needs_no_other(bench: Bench) -> None:
    assert bench.current.plan(config(), LABELS) is None
    assert bench.current.plan(config(threshold_enter=0.9), LABELS) is None
    assert len(bench.made) == 1


def test_other_labels_of_its_model_are_shown(bench: Bench) -> None:
    planned = bench.current.plan(FIRST, {"gate": ("day", "dusk", "night")})
    assert planned is not None
    assert planned.sink is bench.made[1]
    assert bench.contexts == [LABELS, {"gate": ("day", "dusk", "night")}]


def test_another_is_made_and_nothing_done_with_it(bench: Bench) -> None:
    planned = bench.current.plan(RELABELLED, LABELS)
    assert planned is not None
    assert planned.sink is bench.made[1]
    assert bench.current.sink is bench.made[0]
    assert (bench.made[0].kinds, bench.made[1].kinds) == (["start"], [])


def test_it_shows_something_else_on_its_connection(bench: Bench) -> None:
    bench.replace(RELABELLED)
    first, second = bench.made
    assert bench.current.sink is first
    assert first.calls == [("start", None), ("adopt", second)]
    assert second.calls == []
    assert bench.current.plan(RELABELLED, LABELS) is None
    assert bench.current.plan(FIRST, LABELS) is not None


def test_another_takes_its_place_where_it_can_not_adopt(bench: Bench) -> None:
    bench.made[0].adopts = False
    bench.replace(RELABELLED)
    first, second = bench.made
    assert first.calls == [("start", None), ("adopt", second), ("stop", 1.8)]
    assert second.kinds == ["start"]
    assert bench.current.sink is second
    assert bench.current.plan(RELABELLED, LABELS) is None


def test_another_server_is_for_the_sink_to_judge(bench: Bench) -> None:
    """It may have several, and be connected to one of them."""
    bench.replace(MOVED)
    assert bench.made[0].kinds == ["start", "adopt"]
    assert bench.current.sink is bench.made[0]


def test_one_that_leads_elsewhere_makes_room(bench: Bench) -> None:
    bench.made[0].adopts = False
    bench.replace(MOVED)
    assert bench.made[0].kinds == ["start", "adopt", "stop"]
    assert bench.current.sink is bench.made[1]


def test_another_connection_is_another_sink(bench: Bench) -> None:
    bench.replace(RENAMED)
    assert bench.made[0].kinds == ["start", "stop"]
    assert bench.made[1].kinds == ["start"]
    assert bench.current.sink is bench.made[1]


def test_after_a_reload_that_failed_before_it_was_touched_it_goes_on(bench: Bench) -> None:
    bench.current.plan(MOVED, LABELS)
    bench.current.restore(FIRST, LABELS)
    assert bench.current.sink is bench.made[0]
    assert bench.made[0].kinds == ["start"]


def test_after_a_reload_that_failed_with_it_stopped_another_like_it_begins(bench: Bench) -> None:
    planned = bench.current.plan(RENAMED, LABELS)
    assert planned is not None
    bench.made[1].broken = True
    with pytest.raises(PublishError):
        bench.current.replace(planned, 1.8)
    bench.current.restore(FIRST, LABELS)
    assert len(bench.made) == 3
    assert bench.current.sink is bench.made[2]
    assert bench.made[2].kinds == ["start"]
    assert bench.current.plan(FIRST, LABELS) is None


def test_it_stays_known_when_it_has_stopped(bench: Bench) -> None:
    bench.current.stop(0.7)
    assert bench.made[0].calls[-1] == ("stop", 0.7)
    assert bench.current.sink is bench.made[0]
