"""Small recordings and score streams on disk, of a gate that opens for a while."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.format.writer import RecordingWriter
from edgeclassify.recording.interface import Header, Input, Record
from tests.recording.inputs import START, make_begins, seen
from tests.support.clock import Clock

TIMES = np.arange(60) * 0.5
OPEN_FROM, CAT_FROM = 10, 40
"""Frames in which the gate opens, and in which a cat comes."""


def scores() -> np.ndarray[Any, np.dtype[np.float32]]:
    """Shape (60, 3): closed, open, cat."""
    found = np.zeros((60, 3), np.float32)
    found[:OPEN_FROM, 0] = 0.1
    found[OPEN_FROM:CAT_FROM, 1] = 0.9
    found[CAT_FROM:, 2] = 0.8
    return found


def truth() -> np.ndarray[Any, np.dtype[np.int16]]:
    """Shape (60,): nothing, then open, then cat."""
    frames = np.arange(60)
    return np.where(frames < OPEN_FROM, -1, np.where(frames < CAT_FROM, 1, 2)).astype(np.int16)


def write_streams(path: Path, **arrays: Any) -> Path:
    """A .npz: stream 0 as above, with what `arrays` put in its place; None leaves one out."""
    given = {"t0": TIMES, "s0": scores(), "y0": truth(), **arrays}
    np.savez(path, **{key: value for key, value in given.items() if value is not None})
    return path


def write_recording(
    path: Path, rules: Rules | None = None, *, views: tuple[str, ...] = ("gate",), camera: str = ""
) -> Path:
    """The same scores as a recording without events of its own."""
    records: list[Record] = []
    for number, view in enumerate(views, start=1):
        begins = make_begins(rules, number, view)
        records.append(replace(begins, facts=replace(begins.facts, camera=camera)))
    for i, row in enumerate(scores()):
        records += [Input(number, seen(i * 0.5, *map(float, row))) for number in range(1, len(views) + 1)]
    with RecordingWriter(path, Header("1.2.3", "porch", START), Clock()) as writer:
        for record in records:
            writer.write(record)
        writer.close("done")
    return path
