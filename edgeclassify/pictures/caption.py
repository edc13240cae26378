"""What is written under an image, and the strip that it is drawn on.

The strip stands under the image, not on it: what the camera saw stays visible.
"""

from collections.abc import Sequence

from edgeclassify.contract.encoding import rfc3339
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.pictures.font_lettering import font_of
from edgeclassify.pictures.interface import LARGEST_TEXT, SMALLEST_TEXT, Colour
from edgeclassify.pictures.lettering import AnyLettering, FontFinder
from edgeclassify.types import Event, Frame, LabelScore, Pixels, ViewState

BACKGROUND: Colour = (30, 26, 24)
ACCENTS: dict[str, Colour] = {
    "start": (110, 205, 90),
    "update": (70, 190, 250),
    "end": (170, 160, 150),
    "lasting": (225, 120, 190),
}
REQUESTED: Colour = (240, 180, 90)
COLOURS: tuple[Colour, ...] = (REQUESTED, *ACCENTS.values())
_BRIGHT: Colour = (250, 250, 250)
_DIM: Colour = (205, 200, 195)
_TRACK: Colour = (74, 68, 64)

_LONGEST_TEXT = 120
BRIEF_BELOW = 240
"""Width in pixels below which only label, score, kind, time and view are written: an image made small to fit."""

ON_REQUEST = "request"
"""Stands for the event type in an image that somebody asked for."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What is written under an image and into its file. Times in seconds since the epoch, scores in 0-1.

    `event_type`: that of the event, or ON_REQUEST; `event_id` None: no label was above its threshold. `origin`:
    the file or URL that the frame came from.
    """

    view: str
    event_type: str
    event_id: str | None
    seq: int
    label: str
    score: float
    captured_at: float
    top: tuple[LabelScore, ...]
    model: str
    origin: str | None = None

    @classmethod
    def of_event(cls, frame: Frame, state: ViewState, event: Event) -> "Caption":
        """For the frame that made an event."""
        return cls(
            state.view, event.event_type.value, event.id, event.seq, event.label, event.score,
            frame.captured_at, tuple(state.top), state.model, frame.origin,
        )  # fmt: skip

    @classmethod
    def of_state(cls, frame: Frame, state: ViewState) -> "Caption":
        """For a frame that somebody asked for."""
        return cls(
            state.view, ON_REQUEST, state.event_id, state.seq, state.label, state.score,
            frame.captured_at, tuple(state.top), state.model, frame.origin,
        )  # fmt: skip


def accent(caption: Caption) -> Colour:
    """The colour that stands for the kind of event."""
    return ACCENTS.get(caption.event_type, REQUESTED)


class CaptionStrip:
    """The text of a caption, laid out for an image of `width` x `height` pixels."""

    def __init__(self, caption: Caption, width: int, height: int, font_of: FontFinder = font_of) -> None:
        self._caption, self._width = caption, width
        small = min(max(0.017 * min(width, 3 * height), SMALLEST_TEXT), LARGEST_TEXT)
        is_brief = width < BRIEF_BELOW
        self._small = AnyLettering(small, font_of)
        self._large = AnyLettering(small * (1.0 if is_brief else 1.5), font_of)
        self._margin = round(small * 1.2)
        inner = width - 2 * self._margin
        origin = () if caption.origin is None else (caption.origin,)
        facts = (rfc3339(caption.captured_at), caption.view, caption.model, *origin)
        self._lines = self._flow(() if is_brief else _runners_up(caption), inner)
        self._lines += self._flow(facts[:2] if is_brief else facts, inner)

    @property
    def height(self) -> int:
        """Its height in pixels."""
        return self._first_line + round(len(self._lines) * self._step + 0.3 * self._margin)

    def draw(self, image: Pixels) -> None:
        """Fill `image`, uint8 BGR (height, width, 3)."""
        image[0] = BACKGROUND
        image[1:] = image[:1]  # rows are copied ten times as fast as single pixels
        self._draw_title(image)
        y = float(self._first_line)
        for line in self._lines:
            x = self._margin
            for text in line:
                self._small.draw(image, text, x, round(y + self._small.height), _DIM)
                x += self._small.width(text) + self._gap
            y += self._step

    @property
    def _gap(self) -> int:
        return round(self._small.height * 1.6)

    @property
    def _step(self) -> float:
        return self._small.height * 1.9

    @property
    def _bar(self) -> tuple[int, int]:
        """Top and thickness of the score's bar."""
        below_badge = 0.5 * self._large.height + 1.4 * self._small.height
        top = round(self._margin + max(1.55 * self._large.height, below_badge))
        return top, max(3, round(self._small.height * 0.32))

    @property
    def _first_line(self) -> int:
        top, thickness = self._bar
        return top + thickness + round(self._small.height * 1.0)

    def _draw_title(self, image: Pixels) -> None:
        """Label and score at the left, the kind of event as a badge at the right, and the score as a bar below."""
        caption, colour = self._caption, accent(self._caption)
        baseline = round(self._margin + self._large.height)
        left, right = self._margin, self._width - self._margin
        room = self._draw_badge(image, baseline, colour) - self._gap - left
        score = f"{caption.score:.0%}"
        score_width = self._large.width(score) + self._gap
        label = self._large.elided(caption.label[:_LONGEST_TEXT], room - score_width)
        self._large.draw(image, label, left, baseline, _BRIGHT)
        x = left + (self._large.width(label) + self._gap if label else 0)
        self._large.draw(image, score, x, baseline, colour)
        top, thickness = self._bar
        image[top : top + thickness, left:right] = _TRACK
        filled = round((right - left) * min(max(caption.score, 0.0), 1.0))
        image[top : top + thickness, left : left + filled] = colour

    def _draw_badge(self, image: Pixels, baseline: int, colour: Colour) -> int:
        """Draw it, and say where it begins."""
        text, letters = self._caption.event_type.upper(), self._small
        pad = round(letters.height * 0.6)
        width = letters.width(text) + 2 * pad
        right = self._width - self._margin
        middle = baseline - self._large.height / 2
        top, bottom = round(middle - letters.height / 2) - pad, round(middle + letters.height / 2) + pad
        image[max(top, 0) : bottom, right - width : right] = colour
        letters.draw(image, text, right - width + pad, round(middle + letters.height / 2), BACKGROUND)
        return right - width

    def _flow(self, texts: Sequence[str], width: int) -> list[list[str]]:
        """Texts side by side, in as many lines as they need; one that is wider than a line is cut."""
        lines: list[list[str]] = []
        used = width
        for text in texts:
            fitting = self._small.elided(text[:_LONGEST_TEXT], width)
            needed = self._small.width(fitting) + self._gap
            if lines and used + needed - self._gap <= width:
                lines[-1].append(fitting)
                used += needed
            else:
                lines.append([fitting])
                used = needed
        return lines


def _runners_up(caption: Caption) -> tuple[str, ...]:
    """The best labels that are not the caption's own, at most four."""
    others = [row for row in caption.top if row.label != caption.label]
    return tuple(f"{row.label} {row.score:.0%}" for row in others[:4])
