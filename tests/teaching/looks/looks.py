"""Looks, and what a view sees, for tests."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.teaching.interface import Look, LookKind
from edgeclassify.teaching.looks.interface import LookBounds, LookRules, ViewRules
from edgeclassify.types import (
    FULL_FRAME,
    EmbeddingFacts,
    Event,
    EventType,
    Frame,
    PixelFormat,
    Prediction,
    ViewState,
)

ELEMENTS = 16
FACTS = EmbeddingFacts("net", "ab" * 32, "pool", ELEMENTS, "uint8", 0.02, 3)
NOON = 1_795_000_000.0 - 1_795_000_000.0 % 86_400 + 43_200
LABELS = ("closed", "open")
MANY = LookBounds(1e9, 10**12)


def turned(degrees: float, axis: int = 1) -> NDArray[np.uint8]:
    """An embedding that lies so far from the first axis, towards another: 1 - cosine follows from the angle."""
    values = np.full(ELEMENTS, 3.0)
    values[0] += 200 * np.cos(np.radians(degrees))
    values[axis] += 200 * np.sin(np.radians(degrees))
    found: NDArray[np.uint8] = np.round(values).astype(np.uint8)
    return found


def look(number: int = 0, **changes: Any) -> Look:
    """A look of an event."""
    values: dict[str, Any] = {
        "id": 0, "kind": LookKind.EVENT, "view": "gate", "at": NOON + number, "label": "open", "score": 0.75,
        "facts": FACTS, "embedding": turned(number % 90), "brightness": 0.5, "jpeg": b"\xff\xd8\xff\xe0 picture",
        "event_id": f"{number:032x}", "model": None,
    }  # fmt: skip
    values |= changes
    if values["kind"] is not LookKind.EVENT:
        values["event_id"] = None
    return Look(**values)


def unsure(number: int = 0, **changes: Any) -> Look:
    return look(number, kind=LookKind.UNSURE, **changes)


def collected(number: int = 0, model: str = "gate", **changes: Any) -> Look:
    return look(number, kind=LookKind.COLLECTED, model=model, **changes)


def rules(review: int = 0, bounds: LookBounds = MANY, *, facts: EmbeddingFacts = FACTS, **more: Any) -> LookRules:
    """For the views gate and yard."""
    return LookRules({name: ViewRules(facts, review) for name in ("gate", "yard")}, bounds, **more)


def frame(seconds: float = 0.0, level: int = 90, **changes: Any) -> Frame:
    """A grey one of 64x48, captured so long after noon."""
    pixels = np.full((48, 64, 3), level, np.uint8)
    values: dict[str, Any] = {
        "pixels": pixels, "pixel_format": PixelFormat.BGR, "width": 64, "height": 48, "camera": "front",
        "sequence": 0, "captured_at_ns": round((1000 + seconds) * 1e9), "captured_at": NOON + seconds,
    }  # fmt: skip
    return Frame(**(values | changes))


def prediction(
    degrees: float = 0.0, scores: tuple[float, float] = (0.1, 0.9), *, axis: int = 1, seconds: float = 0.0
) -> Prediction:
    """What a model saw that makes this of it."""
    ns = round((1000 + seconds) * 1e9)
    return Prediction(
        np.array(scores, np.float32), LABELS, 0.1, 0.2, 0, ns, NOON + seconds, embedding=turned(degrees, axis)
    )


def event(number: int = 0, kind: EventType = EventType.START, label: str = "open", view: str = "gate") -> Event:
    return Event(f"{number:032x}", number, view, kind, label, 0.8, NOON + number)


def state(**changes: Any) -> ViewState:
    values: dict[str, Any] = {
        "view": "gate", "label": "open", "score": 0.9, "since": NOON, "ts": NOON, "seq": 1, "event_id": None,
        "top": (), "model": "m",
    }  # fmt: skip
    return ViewState(**(values | changes))


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


REGION = FULL_FRAME
