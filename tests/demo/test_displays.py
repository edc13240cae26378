import io
import time
from dataclasses import replace

from rich.console import Console

from edgeclassify.contract import outgoing
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.demo.displays import ChangeRows, LiveTable, MessageLines, display_for
from edgeclassify.watch.interface import Arrival
from tests.publish.records import event, state

TOPICS = Topics("edgeclassify", "demo")


def arrival(message: Message) -> Arrival:
    return Arrival(message.topic, message.payload, message.qos, message.retain, time.time())


def test_a_row_says_what_happened_and_why() -> None:
    out = io.StringIO()
    rows = ChangeRows(out)
    rows.begin({"page": "http://127.0.0.1:8080", "model": "builtin"})
    rows.take(arrival(outgoing.event_message(TOPICS, replace(event(1, view="table"), label="open"))))
    rows.take(arrival(outgoing.state_message(TOPICS, state(view="table"))))
    lines = out.getvalue().splitlines()
    assert lines[:2] == ["page    http://127.0.0.1:8080", "model   builtin"]
    assert lines[3].split() == ["time", "view", "change", "label", "score", "why"]
    assert len(lines) == 5, "states are no rows"
    assert lines[4].split()[1:4] == ["table", "start", "open"]


def test_a_label_is_no_markup_and_no_control_character() -> None:
    out = io.StringIO()
    rows = ChangeRows(out)
    rows.take(arrival(outgoing.event_message(TOPICS, replace(event(1, view="table"), label="[red]a\x1b[2J"))))
    assert "[red]a?[2J" in out.getvalue()


def test_the_table_shows_states_and_events_below_the_facts() -> None:
    table = LiveTable(io.StringIO())
    table.begin({"page": "http://127.0.0.1:8080"})
    table.take(arrival(outgoing.state_message(TOPICS, state(view="table"))))
    table.take(arrival(outgoing.event_message(TOPICS, event(1, view="table"))))
    console = Console(file=io.StringIO(), record=True, width=120)
    console.print(table.drawn())
    drawn = console.export_text()
    assert drawn.startswith("page    http://127.0.0.1:8080\n")
    assert "last events" in drawn
    assert "table  start" in drawn


def test_what_suits_a_stream() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert isinstance(display_for(True, Terminal()), MessageLines)
    assert isinstance(display_for(False, Terminal()), LiveTable)
    assert isinstance(display_for(False, io.StringIO()), ChangeRows)
