"""What the .tflite file really does: top-1 and top-5 on the official val and on photos, and its invoke time.

Needs numpy, OpenCV and one runtime, no PyTorch. Run it once under each runtime; each run prints a JSON line
per figure. The invoke times of the model and of the reference are taken in turns, in one process.
"""

from __future__ import annotations

import csv
import json
import statistics
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.classes import wordnet_ids
from training.dataset import val_files

Picture = NDArray[np.uint8]


def runtimes() -> Iterator[tuple[str, Any]]:
    """(name and version, Interpreter class) of every runtime that is installed."""
    try:
        from ai_edge_litert.interpreter import Interpreter as LiteRT
    except ImportError:
        pass
    else:
        yield f"LiteRT {version('ai-edge-litert')}", LiteRT
    try:
        from tflite_runtime.interpreter import Interpreter as Older
    except ImportError:
        pass
    else:
        yield f"tflite-runtime {version('tflite-runtime')}", Older


class Model:
    """A .tflite classifier with a uint8 image input."""

    def __init__(self, interpreter: Any, path: Path, threads: int = 2) -> None:
        self.interpreter = interpreter(str(path), num_threads=threads)
        self.interpreter.allocate_tensors()
        self.entry = self.interpreter.get_input_details()[0]
        self.exit = self.interpreter.get_output_details()[0]["index"]
        self.size = int(self.entry["shape"][1])

    def scores(self, picture: Picture) -> NDArray[np.uint8]:
        """uint8 RGB [size, size, 3] to the raw output [classes]."""
        self.interpreter.set_tensor(self.entry["index"], picture[None])
        self.interpreter.invoke()
        return np.asarray(self.interpreter.get_tensor(self.exit)[0])

    def invoke_s(self) -> float:
        began = time.perf_counter()
        self.interpreter.invoke()
        return time.perf_counter() - began


def prepared(bgr: Picture, crop: float, size: int) -> Picture:
    """The centre crop of this share of the shorter side, resized (INTER_AREA), as RGB."""
    height, width = bgr.shape[:2]
    side = round(min(height, width) * crop)
    top, left = (height - side) // 2, (width - side) // 2
    square = bgr[top : top + side, left : left + side]
    resized = square if side == size else cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(resized[:, :, ::-1])


def accuracy(model: Model, pictures: list[tuple[Picture, int]]) -> dict[str, Any]:
    """Top-1 and top-5 in percent, by the raw scores."""
    ranks = []
    for picture, truth in pictures:
        scores = model.scores(picture).astype(int)
        ranks.append(int((scores > scores[truth]).sum() + (scores[:truth] == scores[truth]).sum()))
    counts = np.array(ranks)
    return {
        "pictures": len(ranks),
        "top1": round(100 * float((counts == 0).mean()), 2),
        "top5": round(100 * float((counts < 5).mean()), 2),
    }


def decoded(jpeg: bytes) -> Picture:
    """A JPEG as BGR."""
    bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("this is no JPEG")
    return np.asarray(bgr, np.uint8)


def photos_of(folder: Path, data: Path) -> list[tuple[Picture, int]]:
    """The photos of a folder with a truth.csv (file, wnid) whose class is one of the 200."""
    order = {wnid: index for index, wnid in enumerate(wordnet_ids(data))}
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["wnid"] in order]
    return [(decoded((folder / row["file"]).read_bytes()), order[row["wnid"]]) for row in rows]


def invoke_times(model: Model, reference: Model, turns: int = 10, each: int = 12) -> dict[str, Any]:
    """Milliseconds and their ratio. The two models take turns of `each` invokes, the first two not counted."""
    mine: list[float] = []
    theirs: list[float] = []
    for _ in range(turns):
        mine += [model.invoke_s() for _ in range(each)][2:]
        theirs += [reference.invoke_s() for _ in range(each)][2:]
    first, second = statistics.median(mine), statistics.median(theirs)
    return {
        "invoke_ms": round(first * 1e3, 2),
        "reference_ms": round(second * 1e3, 2),
        "ratio": round(first / second, 3),
        "ratio_of_fastest": round(min(mine) / min(theirs), 3),
    }


def verify(path: Path, data: Path, reference: Path | None, photos: Path | None) -> None:
    """Prints a JSON line for each figure, under every runtime that is installed."""
    files = val_files(data)
    val = [(decoded(jpeg), truth) for jpeg, truth in files]
    for name, interpreter in runtimes():
        model = Model(interpreter, path)

        def show(what: str, figures: dict[str, Any], name: str = name) -> None:
            print(json.dumps({"runtime": name, "what": what, **figures}), flush=True)

        show("official val", accuracy(model, [(prepared(bgr, 1.0, model.size), truth) for bgr, truth in val]))
        for crop in (1.0, 0.875):
            if photos is None:
                break
            seen = [(prepared(bgr, crop, model.size), truth) for bgr, truth in photos_of(photos, data)]
            show(f"photos, crop {crop}", accuracy(model, seen))
        if reference:
            show("invoke, 2 threads", invoke_times(model, Model(interpreter, reference)))
