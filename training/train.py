"""Teacher, student and quantization in a row, each resumable from its checkpoint."""

from __future__ import annotations

import copy
import dataclasses
import time
from pathlib import Path
from typing import Any

import torch

from training.augment import normalize
from training.classes import teacher_rows
from training.config import Recipe
from training.data import Pictures, load_train, split
from training.fit import Fitting, channels_last, evaluate, json_log
from training.network import MobileNetV2
from training.quantize import FoldedNet, calibrate
from training.teacher import Teacher, load_teacher, unfold


@dataclasses.dataclass(frozen=True)
class Place:
    """Where things are and how they run. `source`: a Tiny ImageNet folder or a folder of packs."""

    source: Path
    teacher_model: Path
    teacher_labels: Path
    folder: Path
    device: str = "cpu"
    compiled: bool = False
    taps: bool = False


def student_of(recipe: Recipe) -> MobileNetV2:
    """The untrained student."""
    return MobileNetV2(200, recipe.width, recipe.stem_stride, recipe.head, strides=recipe.strides)


def _ready(model: Any, place: Place) -> Any:
    return model.to(place.device).to(memory_format=torch.channels_last)


def inputs_of(pictures: Pictures, count: int, seed: int) -> list[torch.Tensor]:
    """`count` random pictures as network inputs, in batches of 256."""
    torch.manual_seed(seed)
    chosen = torch.randperm(len(pictures))[:count].to(pictures.pixels.device)
    return [channels_last(normalize(part)) for part in pictures.pixels[chosen].split(256)]


def train_teacher(recipe: Recipe, place: Place, train: Pictures, held: Pictures, log: Any) -> Teacher:
    """The 1001-class network fine-tuned on the 200 classes."""
    rows = teacher_rows(place.source, place.teacher_labels)
    teacher = _ready(load_teacher(place.teacher_model, rows, recipe.teacher_size), place)
    first, fifth, _ = evaluate(teacher, held)
    log({"phase": "teacher", "epoch": 0, "held_top1": round(first, 2), "held_top5": round(fifth, 2)})
    unfold(teacher, inputs_of(train, 2048, recipe.seed))
    teacher.net.use_taps(place.taps)
    fitting = Fitting(
        recipe.teacher, teacher, train, held, place.folder, recipe.seed, compiled=place.compiled
    )  # fmt: skip
    tuned: Any = fitting.run(log)
    tuned.net.use_taps(place.taps)
    frozen: Teacher = tuned.requires_grad_(False)
    return frozen


def train_student(
    recipe: Recipe, place: Place, teacher: Teacher | None, train: Pictures, held: Pictures, log: Any
) -> MobileNetV2:
    """The student from random weights, under the teacher's eyes on the same augmented pictures."""
    torch.manual_seed(recipe.seed)
    student = _ready(student_of(recipe), place)
    student.use_taps(place.taps)
    teaching = torch.compile(teacher) if place.compiled and teacher is not None else teacher
    fitting = Fitting(
        recipe.student, student, train, held, place.folder, recipe.seed + 1, teaching, place.compiled
    )  # fmt: skip
    trained: MobileNetV2 = fitting.run(log)
    return trained


def quantize(
    recipe: Recipe, place: Place, student: MobileNetV2, teacher: Teacher | None,
    train: Pictures, held: Pictures, log: Any,
) -> FoldedNet:  # fmt: skip
    """Post-training quantization, then fine-tuning under quantization; the better on held-out pictures."""
    inputs = inputs_of(train, recipe.calibration_pictures, recipe.seed)
    float_top1 = evaluate(student, held, half=False)[0]
    candidates = []
    for clip in (False, True):
        net = _ready(FoldedNet(student), place).eval()
        calibrate(net, inputs, clip)
        candidates.append((evaluate(net, held, half=False)[0], f"calibrated, clip={clip}", net))
    best = max(candidates, key=lambda item: item[0])
    if recipe.quantized.epochs:
        tuned = copy.deepcopy(best[2])
        teaching = torch.compile(teacher) if place.compiled and teacher is not None else teacher
        fitting = Fitting(
            recipe.quantized, tuned, train, held, place.folder, recipe.seed + 2, teaching, place.compiled,
            half=False,
        )  # fmt: skip
        average: Any = fitting.run(log, save_every=1)
        candidates.append((evaluate(average, held, half=False)[0], "fine-tuned", average))
    log(
        {
            "phase": "quantization", "held_top1_float": round(float_top1, 2),
            **{name: round(top1, 2) for top1, name, _ in candidates},
        }
    )  # fmt: skip
    kept: FoldedNet = max(candidates, key=lambda item: item[0])[2]
    return kept


def run(recipe: Recipe, place: Place) -> None:
    """All phases; leaves checkpoints, averages (float16), `folded.pt` and `log.jsonl` in the folder."""
    began = time.monotonic()
    place.folder.mkdir(parents=True, exist_ok=True)
    log = json_log(place.folder / "log.jsonl")
    settings = dataclasses.asdict(recipe)
    settings["device"] = torch.cuda.get_device_name() if place.device == "cuda" else "cpu"
    settings |= {"torch": torch.__version__, "compiled": place.compiled, "taps": place.taps}
    log({"phase": "settings", **settings})
    if place.device == "cuda":
        torch.backends.cudnn.benchmark = True
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    pictures = load_train(place.source)
    if recipe.every > 1:
        pictures = Pictures(pictures.pixels[:: recipe.every], pictures.classes[:: recipe.every])
    train, held = (part.to(place.device) for part in split(pictures, recipe.held_out))
    log({"phase": "data", "train": len(train), "held": len(held), "seconds": round(time.monotonic() - began, 1)})
    teacher = train_teacher(recipe, place, train, held, log) if recipe.student.distill else None
    student = train_student(recipe, place, teacher, train, held, log)
    net = quantize(recipe, place, student, teacher, train, held, log)
    torch.save(net.state_dict(), place.folder / "folded.pt")
    log({"phase": "done", "seconds": round(time.monotonic() - began, 1)})
