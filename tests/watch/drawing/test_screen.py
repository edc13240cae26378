"""What is drawn of a board, on consoles of several sizes."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from edgeclassify.contract import outgoing
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.types import Novelty, Option, Why
from edgeclassify.watch.board import Board
from edgeclassify.watch.drawing.screen import draw
from edgeclassify.watch.drawing.table import KEYS, Place
from edgeclassify.watch.interface import Arrival, LinkChange
from edgeclassify.watch.missing_events import PATIENCE_S
from tests.publish.records import T0, event, health, info, state


class Drawn:
    """A board of nodes with one view each, and its picture as lines."""

    def __init__(self, *nodes: str) -> None:
        self.now = 1000.0
        self.board = Board(wall=lambda: T0, steady=lambda: self.now)
        for node in nodes:
            self.add(node)

    def add(self, node: str, view: str = "gate", *, online: bool = True, **figures: object) -> None:
        topics = Topics("edgeclassify", node)
        figures = {"spool_on_disk": True, "spool_depth": 0, "temperature_c": 48.0, "throttled": False} | figures
        figures = {"clock_synchronised": True, "spool_dropped": 0, "webhook_connected": None} | figures
        figures = {"broker_lacks": "nothing"} | figures
        self.take(
            outgoing.status_message(topics, online),
            outgoing.info_message(topics, info()),
            outgoing.health_message(topics, health(**figures)),
            outgoing.availability_message(topics, view, online=True),
            outgoing.state_message(topics, state(view=view, seq=1)),
            outgoing.event_message(topics, event(1, view=view, ts=T0 - 90)),
        )

    def take(self, *messages: Message) -> None:
        for m in messages:
            self.board.take(Arrival(m.topic, m.payload, m.qos, m.retain, T0))

    def lines(self, width: int = 160, height: int = 40, place: Place | None = None) -> list[str]:
        console = Console(width=width, height=height, file=io.StringIO(), record=True, force_terminal=True)
        console.print(draw(self.board, "broker:1883", T0, width, height, place))
        return [line.rstrip() for line in console.export_text().splitlines()]


def test_nothing_yet() -> None:
    first, second = Drawn().lines()
    assert first.startswith("edgeclassify on broker:1883   0 nodes")
    assert second == "nothing has come yet on edgeclassify/..."


def test_one_node_in_detail() -> None:
    drawn = Drawn("porch")
    drawn.take(outgoing.option_message(Topics("edgeclassify", "porch"), "gate", Option.THRESHOLD, 0.6))
    text = "\n".join(drawn.lines())
    assert "porch  online" in text
    assert "gate  online  open  0.93" in text
    assert "threshold 0.6" in text
    assert "1  gate  start  open  0.93  90 s ago" in text


def test_of_one_node_the_last_events_say_why() -> None:
    drawn = Drawn("porch")
    why = Why(threshold_enter=0.6, confirm_s=1.0, held_s=1.2)
    drawn.take(outgoing.event_message(Topics("edgeclassify", "porch"), event(2, why=why, ts=T0 - 1)))
    (line,) = [one for one in drawn.lines() if one.strip().startswith("2  gate")]
    assert line.endswith("0.93 of 0.60 needed, for 1.2 s (1 s needed)")
    new = event(3, why=why, ts=T0 - 1, novelty=Novelty.FIRST_IN_DAYS, days_since=9, count_today=1)
    drawn.take(outgoing.event_message(Topics("edgeclassify", "porch"), new))
    (line,) = [one for one in drawn.lines() if one.strip().startswith("3  gate")]
    assert line.endswith("first in 9 days; 0.93 of 0.60 needed, for 1.2 s (1 s needed)")
    (line,) = [one for one in drawn.lines(width=60) if one.strip().startswith("2  gate")]
    assert line.startswith("  2  gate  start  open  0.93  1 s ago")
    assert line.endswith("…")


def test_a_why_that_is_none_is_left_out_and_a_strangers_letters_do_nothing() -> None:
    drawn = Drawn("porch")
    message = outgoing.event_message(Topics("edgeclassify", "porch"), event(2, ts=T0 - 1))
    strange = message.payload.replace(b'"why":{', b'"why":{"by":7,')
    odd = json.loads(message.payload) | {"seq": 3, "id": "id-3", "event_type": "end"}
    odd["why"] = {"reason": "replaced", "by": "\x1b[2J", "later": 1}
    drawn.take(replace(message, payload=strange), replace(message, payload=json.dumps(odd).encode()))
    text = "\n".join(drawn.lines())
    assert "2  gate  start  open  0.93  1 s ago" in text
    assert "3  gate  end" in text
    assert "\x1b[2J" not in text


def test_of_a_fleet_no_messages_are_kept() -> None:
    drawn = Drawn("alpha", "beta")
    assert [one.payload != b"" for node in drawn.board.nodes.values() for one in node.events] == [True, False]


def test_one_node_on_a_low_terminal_is_a_line() -> None:
    lines = Drawn("porch").lines(height=5)
    assert len(lines) <= 5
    assert lines[-1].startswith("porch")


def test_three_nodes_who_is_gone_first_then_problems() -> None:
    drawn = Drawn("alpha", "beta")
    drawn.add("gamma", temperature_c=85.0)
    drawn.add("omega", online=False)
    _, _, heading, *rows = drawn.lines()
    assert heading.split() == [
        *("node", "view", "status", "label", "score", "since", "fps", "ms", "°C", "spool"),
        *("last", "event", "version", "problems"),
    ]
    assert [row.split()[0] for row in rows] == ["omega", "gamma", "alpha", "beta"]
    assert "OFFLINE" in rows[0]
    assert rows[1].endswith("hot")
    assert "start open 90 s ago" in rows[2]


def test_views_of_a_node_share_its_figures() -> None:
    drawn = Drawn("alpha", "beta")
    drawn.add("alpha", "yard", fps=7.5)
    rows = drawn.lines()[3:]
    assert [row.split()[0] for row in rows] == ["alpha", "yard", "beta"]
    assert ["7.5" in row for row in rows] == [True, False, False]


def test_missing_numbers_are_counted() -> None:
    drawn = Drawn("alpha", "beta")
    drawn.take(outgoing.event_message(Topics("edgeclassify", "beta"), event(5)))
    drawn.now += PATIENCE_S
    drawn.board.tick()
    head, _, _, first, _ = drawn.lines()
    assert "3 events missing" in head
    assert first.startswith("beta")
    assert first.endswith("3 missing")


def test_a_lost_connection_is_said() -> None:
    drawn = Drawn("alpha", "beta")
    drawn.board.link(LinkChange(False, "connection refused", T0))
    assert drawn.lines()[1].startswith("NOT CONNECTED: connection refused")


def test_what_the_broker_lacks_is_said_once_for_all_nodes() -> None:
    drawn = Drawn("gamma")
    drawn.add("alpha", broker_lacks="servers, wildcards, more")
    drawn.add("beta", broker_lacks="wildcards")
    lines = drawn.lines(width=100, height=7)
    assert lines[1].startswith("the broker lacks wildcards, servers for who comes late: let them ask")
    assert len(lines) == 7
    assert not any("lacks" in line for line in lines[2:])
    assert all(not line.endswith("servers") for line in lines)


@pytest.mark.parametrize("said", ["nothing", None, 7, "more"])
def test_a_broker_that_lacks_nothing_is_no_line(said: object) -> None:
    drawn = Drawn("alpha", "beta")
    topics = Topics("edgeclassify", "alpha")
    message = outgoing.health_message(topics, health())
    drawn.take(replace(message, payload=json.dumps(json.loads(message.payload) | {"broker_lacks": said}).encode()))
    drawn.add("beta", broker_lacks="nothing")
    assert not any("lacks" in line for line in drawn.lines())


def test_on_a_low_terminal_the_nodes_come_first() -> None:
    drawn = Drawn("alpha", "beta")
    drawn.add("alpha", broker_lacks="retained")
    lines = drawn.lines(height=5)
    assert len(lines) == 5
    assert lines[-1].startswith("beta")


def test_what_a_node_found_that_is_gone_is_old() -> None:
    drawn = Drawn("alpha", "beta")
    drawn.add("alpha", broker_lacks="retained")
    assert any("lacks retained" in line for line in drawn.lines())
    drawn.add("alpha", online=False, broker_lacks="retained")
    assert not any("lacks" in line for line in drawn.lines())


@pytest.mark.parametrize("width", [32, 60, 80, 120, 200])
@pytest.mark.parametrize("height", [3, 10, 24, 500])
def test_300_nodes_fit(width: int, height: int) -> None:
    drawn = Drawn(*(f"node-{i:03}" for i in range(300)))
    drawn.add("node-250", online=False)
    drawn.add("node-299", temperature_c=99.0)
    lines = drawn.lines(width, height)
    assert max(map(len, lines)) <= width
    assert len(lines) <= max(height, 4)
    if height >= 10:
        assert lines[3].startswith("node-250" if width >= 60 else "node")
    if height == 24:
        assert lines[-1] == f"… and {300 - (24 - 4)} more"
        assert len(lines) == 24
    if height == 500:
        assert "more" not in lines[-1]


@pytest.mark.parametrize("width", [60, 80, 119])
def test_figures_are_whole_where_names_are_long(width: int) -> None:
    drawn = Drawn("a" * 40, "b" * 40)
    drawn.add("a" * 40, "v" * 40)
    drawn.take(
        outgoing.state_message(Topics("edgeclassify", "a" * 40), state("l" * 100, view="v" * 40, score=0.9312))
    )
    lines = drawn.lines(width)
    assert max(map(len, lines)) <= width
    assert any("0.93" in line for line in lines)


def test_labels_steer_no_terminal() -> None:
    drawn = Drawn("alpha", "beta")
    drawn.take(outgoing.state_message(Topics("edgeclassify", "alpha"), state("a\x1b[2J[red]b")))
    assert any("a?[2J[red]b" in line for line in drawn.lines())


def shown(lines: list[str]) -> list[str]:
    """Node and view of the rows."""
    heading = next(i for i, line in enumerate(lines) if line.startswith("node "))
    return [" ".join(line.split()[:2]) for line in lines[heading + 1 :] if not line.startswith("…")]


@pytest.fixture
def ten() -> Drawn:
    """Ten nodes with two views each, 20 rows."""
    drawn = Drawn(*(f"n{i}" for i in range(10)))
    for i in range(10):
        drawn.add(f"n{i}", "yard")
    return drawn


def test_a_table_that_is_too_long_is_moved(ten: Drawn) -> None:
    place = Place()
    height = 1 + 2 + 6 + 1  # the head, what is around the rows, six rows, how many more
    first = ten.lines(height=height, place=place)
    assert shown(first) == ["n0 gate", "yard online", "n1 gate", "yard online", "n2 gate", "yard online"]
    assert (place.first, place.page) == (0, 6)
    assert first[-1] == f"… and 14 more   ({KEYS})"
    place.move(3)
    moved = ten.lines(height=height, place=place)
    # A row in the middle of a node says whose it is.
    assert shown(moved) == ["n1 yard", "n2 gate", "yard online", "n3 gate", "yard online", "n4 gate"]
    assert moved[-1] == f"… and 3 above, 11 more   ({KEYS})"


@pytest.mark.parametrize(
    ("rows", "first", "last"), [(1 << 30, 14, "… and 14 above"), (-(1 << 30), 0, "… and 14 more")]
)
def test_it_is_moved_no_further_than_its_ends(rows: int, first: int, last: str, ten: Drawn) -> None:
    place = Place(first=7)
    place.move(rows)
    lines = ten.lines(height=10, place=place)
    assert place.first == first
    assert lines[-1].startswith(f"{last}   (")
    assert len(shown(lines)) == 6


def test_a_table_that_grows_shorter_is_shown_to_its_end(ten: Drawn) -> None:
    place = Place(first=14)
    ten.lines(height=10, place=place)
    for i in range(7):
        del ten.board.nodes[f"n{i}"]
    assert shown(ten.lines(height=10, place=place))[0] == "n7 gate"
    assert place.first == 0
