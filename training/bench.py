"""How many pictures a second the student's whole training step takes, on random pictures."""

from __future__ import annotations

import time

import torch

from training.config import Recipe
from training.data import Pictures
from training.fit import Fitting
from training.teacher import load_teacher
from training.train import Place, _ready, student_of


def bench(recipe: Recipe, place: Place, steps: int = 60) -> dict[str, object]:
    """Times the compiled or eager step, with or without `taps`; the first steps (compilation) apart."""
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(0)
    count = recipe.student.batch * 4
    pixels = torch.randint(0, 256, (count, 3, recipe.size, recipe.size), dtype=torch.uint8)
    pictures = Pictures(pixels, torch.randint(0, 200, (count,))).to(place.device)
    teacher = _ready(load_teacher(place.teacher_model, list(range(200)), recipe.teacher_size), place)
    teacher.net.use_taps(place.taps)
    student = _ready(student_of(recipe), place)
    student.use_taps(place.taps)
    seen = torch.compile(teacher) if place.compiled else teacher
    fitting = Fitting(
        recipe.student, student, pictures, pictures, place.folder, 0, seen, place.compiled
    )  # fmt: skip
    student.train()
    chosen = torch.arange(recipe.student.batch, device=place.device)
    result: dict[str, object] = {"compiled": place.compiled, "taps": place.taps}
    for name, number in (("first_s", 3), ("rest_s", steps)):
        began = time.monotonic()
        for index in range(number):
            loss = fitting.step(index, chosen)
        float(loss)
        result[name] = round(time.monotonic() - began, 2)
    result["pictures_per_s"] = round(steps * recipe.student.batch / float(str(result["rest_s"])))
    return result
