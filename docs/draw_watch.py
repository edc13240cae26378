"""Draws docs/images/watch.svg: what `edgeclassify watch` shows of four nodes. `python docs/draw_watch.py`

The messages are made by the functions that a node makes them with, and go through a real board.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from edgeclassify.contract import outgoing
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.health import Health
from edgeclassify.types import UNKNOWN, Event, EventType, LabelScore, ModelInfo, NodeInfo, Option, ViewState
from edgeclassify.watch.board import Board
from edgeclassify.watch.drawing.screen import draw
from edgeclassify.watch.interface import Arrival

TARGET = Path(__file__).parent / "images" / "watch.svg"
WIDTH, HEIGHT = 122, 20
NOW = 1_795_440_000.0
DAY = 86_400.0
# The eight colours of a terminal, plain and bright: quiet enough to stand in a page of text.
_PLAIN = "161b22 f87171 4abe80 eab308 60a5fa c084fc 2dbfc9 c9d1d9"
_BRIGHT = "6e7681 fc8181 68d391 facc15 7db5ff d2a0ff 5ed3dc f0f6fc"


@dataclass(frozen=True)
class Seen:
    """A view: what it shows, since how many seconds, and its last event (kind, label, seq, seconds ago)."""

    name: str
    label: str
    score: float
    since_s: float
    last: tuple[EventType, str, int, float] | None = None
    online: bool = True
    enabled: bool = True


@dataclass(frozen=True)
class Station:
    """A node."""

    name: str
    views: tuple[Seen, ...]
    temperature_c: float
    fps: float = 2.0
    inference_ms: float = 11.4
    online: bool = True
    spool_depth: int = 0
    throttled: bool = False
    event_before: int | None = None
    """Number of the event that came before those of the views."""


START, UPDATE, END = EventType.START, EventType.UPDATE, EventType.END
STATIONS = (
    Station("field", (Seen("gate", "open", 0.88, 5400, (START, "open", 92, 5400)),), 38.2, online=False),
    Station(
        "workbench",
        (
            Seen("lathe", "in use", 0.97, 610, (UPDATE, "in use", 2210, 95)),
            Seen("bench", UNKNOWN, 0.31, 7260, (END, "soldering iron", 2209, 7260)),
        ),
        82.4,
        fps=1.4,
        inference_ms=19.8,
        throttled=True,
    ),
    Station(
        "feeder",
        (Seen("tray", "blue tit", 0.91, 14, (START, "blue tit", 815, 14)),),
        51.0,
        event_before=811,
    ),
    Station(
        "porch",
        (
            Seen("door", "closed", 0.99, 41_000, (START, "closed", 305, 41_000)),
            Seen("mat", "parcel", 0.84, 1300, (START, "parcel", 307, 1300)),
            Seen("steps", UNKNOWN, 0.22, 320, (END, "tabby", 306, 2400), enabled=False),
        ),
        47.5,
    ),
)


def _rgb(colours: str) -> list[tuple[int, int, int]]:
    return [(int(c[:2], 16), int(c[2:4], 16), int(c[4:], 16)) for c in colours.split()]


def main(target: Path = TARGET) -> None:
    """Draw, and write the file."""
    clock = [1000.0]
    board = Board(wall=lambda: NOW, steady=lambda: clock[0])
    for station in STATIONS:
        for message in sorted(_messages(station), key=_number):
            board.take(Arrival(message.topic, message.payload, message.qos, message.retain, NOW - 3))
    clock[0] += 6.0  # a number that is missing for so long is a gap
    board.tick()
    plain, bright = _rgb(_PLAIN), _rgb(_BRIGHT)
    theme = TerminalTheme(plain[0], plain[-1], plain, bright)
    console = Console(record=True, width=WIDTH, file=Path("/dev/null").open("w"), force_terminal=True)  # noqa: SIM115
    console.print(draw(board, "broker.local:1883", NOW, WIDTH, HEIGHT))
    console.save_svg(str(target), title="edgeclassify watch --host broker.local", theme=theme)


def _messages(station: Station) -> Iterator[Message]:
    topics = Topics("edgeclassify", station.name)
    model = ModelInfo("mobilenet_v2", "/var/lib/m.tflite", "ab" * 32, "litert 2.3.0", 1001, 224, 224)
    views = tuple(view.name for view in station.views)
    yield outgoing.status_message(topics, station.online)
    yield outgoing.info_message(topics, NodeInfo("0.2.0", "3.11.2", "s", NOW - 9 * DAY, (model,), views))
    yield outgoing.health_message(topics, _health(station))
    if station.event_before is not None:
        last = (END, "great tit", station.event_before, 900.0)
        yield outgoing.event_message(topics, _event(station.views[0], last))
    for view in station.views:
        yield outgoing.availability_message(topics, view.name, view.online)
        yield outgoing.option_message(topics, view.name, Option.ENABLED, view.enabled)
        yield outgoing.state_message(topics, _state(view))
        if view.last is not None:
            yield outgoing.event_message(topics, _event(view, view.last))


def _number(message: Message) -> tuple[bool, bytes]:
    """Events come in order, after the rest."""
    is_event = message.topic.endswith("/event")
    return is_event, message.payload.partition(b'"seq":')[2] if is_event else b""


def _state(view: Seen) -> ViewState:
    top = (LabelScore(0, view.label, view.score),)
    since, seq = NOW - view.since_s, 0 if view.last is None else view.last[2]
    occurrence = None if view.label == UNKNOWN else "o"
    return ViewState(view.name, view.label, view.score, since, NOW, seq, occurrence, top, "mobilenet_v2")


def _event(view: Seen, last: tuple[EventType, str, int, float]) -> Event:
    kind, label, seq, ago_s = last
    return Event(f"id-{seq}", seq, view.name, kind, label, view.score, NOW - ago_s)


def _health(station: Station) -> Health:
    return Health(
        ts=NOW, uptime_s=9 * DAY, frame_age_s=0.2, fps=station.fps, frames=1_500_000,
        inference_ms_p50=station.inference_ms, inference_ms_p95=station.inference_ms * 1.3, dropped=3, skipped=0,
        restarts=0, spool_depth=station.spool_depth, spool_dropped=0, temperature_c=station.temperature_c,
        throttled=station.throttled, rss_bytes=98_000_000, bytes_written=1_000_000, bytes_written_day=120_000,
        spool_on_disk=True, events=300, snapshots_dropped=0, snapshots_skipped=0, clock_synchronised=True,
    )  # fmt: skip


if __name__ == "__main__":
    main()
