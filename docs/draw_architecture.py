"""Draws docs/images/architecture.svg: the way of a frame. `python docs/draw_architecture.py`"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TARGET = Path(__file__).parent / "images" / "architecture.svg"
WIDTH, HEIGHT = 1000, 560
INK, QUIET, LINE, PAPER = "#1f2933", "#52606d", "#7b8794", "#ffffff"
OUTSIDE, STAGE, KEPT, CARE = "#e8eef5", "#e3f3ec", "#fdf3dc", "#f3e8f5"


@dataclass(frozen=True)
class Box:
    """A rounded rectangle with a title and some lines below it. `x`, `y`: its top left corner."""

    x: int
    y: int
    width: int
    height: int
    colour: str
    title: str
    lines: tuple[str, ...] = ()

    def right(self) -> tuple[int, int]:
        """The middle of its right edge; the others likewise."""
        return self.x + self.width, self.y + self.height // 2

    def left(self) -> tuple[int, int]:
        """Of its left edge."""
        return self.x, self.y + self.height // 2

    def top(self) -> tuple[int, int]:
        """Of its upper edge."""
        return self.x + self.width // 2, self.y

    def bottom(self) -> tuple[int, int]:
        """Of its lower edge."""
        return self.x + self.width // 2, self.y + self.height


CAMERAS = Box(
    24, 92, 150, 152, OUTSIDE, "Cameras", ("CSI, by libcamera", "USB", "RTSP, MJPEG, URL", "files, a folder")
)
CAPTURE = Box(222, 92, 160, 70, STAGE, "capture", ("a thread for each;", "the newest frame wins"))
SCENE = Box(222, 192, 160, 70, STAGE, "scene", ("motion, light, problems,", "once for all its views"))
VIEW = Box(430, 76, 250, 202, "#f4faf7", "for each view")
MODEL = Box(
    446, 108, 218, 70, STAGE, "look, and model", ("region to tensor, invoke(),", "scores; or a taught head")
)
DECIDER = Box(446, 194, 218, 70, STAGE, "decider", ("groups, filter over time,", "thresholds, and why"))
SPOOL = Box(728, 92, 248, 70, KEPT, "spool", ("event and number in one commit,", "until every sink has had it"))
SINKS = Box(728, 192, 248, 70, STAGE, "sinks", ("a thread each: MQTT, webhook,", "history; states are retained"))
WORLD = Box(728, 320, 248, 74, OUTSIDE, "The world", ("broker, Home Assistant, Node-RED,", "your programs"))
PAGE = Box(
    446, 320, 218, 74, OUTSIDE, "page and HTTP API", ("see, aim, tune, teach;", "coded while somebody looks")
)
REQUESTS = Box(222, 320, 160, 74, CARE, "requests", ("who asked is answered;", "one thread does them"))
MAIN = Box(
    222, 440, 442, 84, CARE, "main thread",
    (
        "looks after cameras, reload, clock, health; feeds the watchdog",
        "while frames go through and everything moves",
    ),
)  # fmt: skip
SYSTEMD = Box(24, 440, 150, 84, OUTSIDE, "systemd", ("starts it anew,", "hides the machine"))
STATE = Box(
    728,
    440,
    248,
    84,
    KEPT,
    "state folder",
    ("events that wait, numbers, history,", "looks, models that were taught"),
)
BOXES = (
    CAMERAS, CAPTURE, SCENE, VIEW, MODEL, DECIDER, SPOOL, SINKS, WORLD, PAGE, REQUESTS, MAIN, SYSTEMD, STATE,
)  # fmt: skip


def drawing() -> str:
    """The whole as SVG."""
    return "\n".join([*_head(), *(part for box in BOXES for part in _box(box)), *_arrows(), "</svg>", ""])


def _head() -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="Helvetica, Arial, sans-serif" '
        'role="img" aria-labelledby="title">'
    )
    yield '<title id="title">From cameras over capture, views and spool to the broker, and back</title>'
    yield (
        f'<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        f'orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="{LINE}"/></marker></defs>'
    )
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" rx="12" fill="{PAPER}"/>'
    yield (
        f'<text x="24" y="42" font-size="20" font-weight="bold" fill="{INK}">'
        "One way, and no call back up it</text>"
    )
    yield (
        f'<text x="976" y="42" font-size="13" fill="{QUIET}" text-anchor="end">'
        "frames are dropped when late, events never before they are delivered</text>"
    )


def _box(box: Box) -> Iterator[str]:
    yield (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="8" fill="{box.colour}" '
        f'stroke="{LINE}" stroke-width="1"/>'
    )
    middle = box.x + box.width // 2
    yield (
        f'<text x="{middle}" y="{box.y + 24}" font-size="15" font-weight="bold" text-anchor="middle" '
        f'fill="{INK}">{box.title}</text>'
    )
    for number, line in enumerate(box.lines):
        y = box.y + 43 + 16 * number
        yield f'<text x="{middle}" y="{y}" font-size="12.5" text-anchor="middle" fill="{QUIET}">{line}</text>'


def _arrows() -> Iterator[str]:
    x, y = CAPTURE.left()
    yield _line((CAMERAS.x + CAMERAS.width, y), (x, y), "frames")
    yield _line(CAPTURE.bottom(), SCENE.top())
    yield _line((SCENE.x + SCENE.width, 227), (446, 150))
    yield _line(MODEL.bottom(), DECIDER.top(), "prediction", beside=True)
    yield _line((664, 229), (728, 127), "events", beside=True)
    yield _line(SPOOL.bottom(), SINKS.top())
    yield _line(SINKS.bottom(), WORLD.top(), "labels, events, health", beside=True)
    yield _line((555, 278), PAGE.top(), "what is seen", beside=True)
    yield _line(PAGE.left(), REQUESTS.right())
    yield _path(f"M {WORLD.x} 380 L 696 380 L 696 412 L 340 412 L 340 394", "commands over MQTT", (560, 407))
    yield _line((262, 394), (262, 440))
    yield _line(SYSTEMD.right(), MAIN.left(), both=True)
    yield _line(MAIN.right(), STATE.left())


def _line(
    start: tuple[int, int], end: tuple[int, int], text: str = "", *, beside: bool = False, both: bool = False
) -> str:
    begin = ' marker-start="url(#arrow)"' if both else ""
    line = (
        f'<line x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}" stroke="{LINE}" stroke-width="1.5" '
        f'marker-end="url(#arrow)"{begin}/>'
    )
    x, y = (start[0] + end[0]) // 2, (start[1] + end[1]) // 2
    if not text:
        return line
    place = f'x="{x + 8}" y="{y + 4}"' if beside else f'x="{x}" y="{y - 7}" text-anchor="middle"'
    return f'{line}\n<text {place} font-size="12" font-style="italic" fill="{QUIET}">{text}</text>'


def _path(way: str, text: str, place: tuple[int, int]) -> str:
    return (
        f'<path d="{way}" fill="none" stroke="{LINE}" stroke-width="1.5" marker-end="url(#arrow)"/>\n'
        f'<text x="{place[0]}" y="{place[1]}" font-size="12" font-style="italic" fill="{QUIET}" '
        f'text-anchor="middle">{text}</text>'
    )


def main(target: Path = TARGET) -> None:
    """Write it."""
    target.write_text(drawing(), encoding="utf-8")


if __name__ == "__main__":
    main()
