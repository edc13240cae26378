"""The training loop that the teacher, the student and the quantized network share."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from training.augment import augment, normalize
from training.config import Phase
from training.data import Pictures
from training.network import ConvBN, decay_groups


def autocast(device: str, wanted: bool = True) -> Any:
    """bfloat16 on an accelerator, plain float32 elsewhere."""
    return torch.autocast(device, torch.bfloat16, enabled=wanted and device == "cuda")


@torch.no_grad()
def evaluate(model: nn.Module, pictures: Pictures, half: bool = True) -> tuple[float, float, float]:
    """(top-1, top-5, cross-entropy) of the pictures as they are, in percent and nats."""
    device = pictures.pixels.device.type
    was_training = model.training
    model.eval()
    first = fifth = loss = 0.0
    for pixels, classes in zip(pictures.pixels.split(1000), pictures.classes.split(1000), strict=True):
        with autocast(device, half):
            logits = model(channels_last(normalize(pixels)))
        best = logits.float().topk(5).indices == classes[:, None]
        first += float(best[:, 0].sum())
        fifth += float(best.any(1).sum())
        loss += float(F.cross_entropy(logits.float(), classes, reduction="sum"))
    model.train(was_training)
    return 100 * first / len(pictures), 100 * fifth / len(pictures), loss / len(pictures)


def channels_last(x: Tensor) -> Tensor:
    """The layout that convolutions on an accelerator are fastest in."""
    return x.to(memory_format=torch.channels_last)


def loss_of(logits: Tensor, teaching: Tensor | None, targets: Tensor, phase: Phase) -> Tensor:
    """Cross-entropy with smoothed targets, mixed with the divergence from the teacher's softened scores."""
    smooth = targets * (1 - phase.smoothing) + phase.smoothing / targets.shape[1]
    hard = -(smooth * F.log_softmax(logits.float(), 1)).sum(1).mean()
    if teaching is None:
        return hard
    t = phase.temperature
    student, taught = F.log_softmax(logits.float() / t, 1), F.log_softmax(teaching.float() / t, 1)
    divergence = F.kl_div(student, taught, reduction="batchmean", log_target=True) * t * t
    return phase.distill * divergence + (1 - phase.distill) * hard


class Average:
    """Exponential moving average of parameters and buffers."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model, self.decay, self.steps = copy.deepcopy(model).eval(), decay, 0
        for module in self.model.modules():
            if isinstance(module, ConvBN):
                module.taps = False  # it is never compiled

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        mine = [t for t in self.model.state_dict().values() if t.is_floating_point()]
        theirs = [t for t in model.state_dict().values() if t.is_floating_point()]
        torch._foreach_lerp_(mine, theirs, 1 - decay)


class Fitting:
    """One phase: `model` is trained in place, `average` holds the weights to use."""

    def __init__(
        self,
        phase: Phase,
        model: nn.Module,
        train: Pictures,
        held: Pictures,
        folder: Path,
        seed: int,
        teacher: Callable[[Tensor], Tensor] | None = None,
        compiled: bool = False,
        half: bool = True,
    ) -> None:
        self.phase, self.model, self.train_set, self.held = phase, model, train, held
        self.folder, self.seed, self.teacher, self.half = folder, seed, teacher, half
        self.device = train.pixels.device.type
        self.average = Average(model, phase.ema)
        self.forward = torch.compile(model) if compiled else model
        groups = decay_groups(model, phase.decay)
        if phase.optimizer == "sgd":
            self.optimizer: Any = torch.optim.SGD(groups, phase.rate, momentum=0.9, nesterov=True)
        else:
            self.optimizer = torch.optim.AdamW(groups, phase.rate)
        self.per_epoch = len(train) // phase.batch
        self.epoch = 0

    def rate(self, step: int) -> float:
        """Learning rate: linear warm-up, then a cosine to 0."""
        total = self.phase.epochs * self.per_epoch
        warmup = max(1.0, self.phase.warmup_epochs * self.per_epoch)
        if step < warmup:
            return self.phase.rate * (step + 1) / warmup
        return self.phase.rate * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1.0, total - warmup)))

    def step(self, number: int, chosen: Tensor) -> Tensor:
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate(number)
        targets = F.one_hot(self.train_set.classes[chosen], 200).float()
        inputs, targets = augment(self.train_set.pixels[chosen], targets, self.phase.augmentation)
        inputs = channels_last(inputs)
        teaching = None
        if self.teacher is not None:
            with torch.no_grad(), autocast(self.device):
                teaching = self.teacher(inputs)
        with autocast(self.device, self.half):
            logits = self.forward(inputs)
        loss = loss_of(logits, teaching, targets, self.phase)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.average.update(self.model)
        return loss.detach()

    def run(self, log: Callable[[dict[str, Any]], None], save_every: int = 5) -> nn.Module:
        """Trains to the end, from the last checkpoint if there is one; returns the averaged model."""
        self.resume()
        while self.epoch < self.phase.epochs:
            began = time.monotonic()
            torch.manual_seed(self.seed * 100_003 + self.epoch)
            self.model.train()
            order = torch.randperm(len(self.train_set), device=self.train_set.pixels.device)
            total = torch.zeros((), device=self.train_set.pixels.device)
            for index in range(self.per_epoch):
                chosen = order[index * self.phase.batch : (index + 1) * self.phase.batch]
                total += self.step(self.epoch * self.per_epoch + index, chosen)
            loss = float(total) / self.per_epoch
            seconds = time.monotonic() - began
            self.epoch += 1
            first, fifth, _ = evaluate(self.average.model, self.held, self.half)
            log(
                {
                    "phase": self.phase.name, "epoch": self.epoch, "of": self.phase.epochs,
                    "rate": round(self.rate(self.epoch * self.per_epoch - 1), 7), "loss": round(loss, 4),
                    "held_top1": round(first, 2), "held_top5": round(fifth, 2), "seconds": round(seconds, 2),
                    "pictures_per_s": round(self.per_epoch * self.phase.batch / seconds),
                }
            )  # fmt: skip
            if not math.isfinite(loss):
                raise SystemExit(f"{self.phase.name}: the loss is {loss} after epoch {self.epoch}; lower its rate")
            if self.epoch % save_every == 0 or self.epoch == self.phase.epochs:
                self.save()
        return self.average.model

    @property
    def checkpoint(self) -> Path:
        return self.folder / f"{self.phase.name}.pt"

    def save(self) -> None:
        state = {
            "epoch": self.epoch,
            "model": self.model.state_dict(),
            "average": self.average.model.state_dict(),
            "steps": self.average.steps,
            "optimizer": self.optimizer.state_dict(),
        }
        part = self.checkpoint.with_suffix(".part")
        torch.save(state, part)
        part.replace(self.checkpoint)
        save_half(self.average.model, self.folder / f"{self.phase.name}-average.pt")

    def resume(self) -> None:
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, map_location=self.train_set.pixels.device, weights_only=True)
            self.epoch = state["epoch"]
            self.model.load_state_dict(state["model"])
            self.average.model.load_state_dict(state["average"])
            self.average.steps = state["steps"]
            self.optimizer.load_state_dict(state["optimizer"])


def save_half(model: nn.Module, path: Path) -> None:
    """The weights as float16 (the statistics of batch normalization stay float32)."""
    state = {
        name: (tensor if "running" in name or not tensor.is_floating_point() else tensor.half()).cpu()
        for name, tensor in model.state_dict().items()
    }
    torch.save(state, path)


def json_log(path: Path) -> Callable[[dict[str, Any]], None]:
    """A function that prints a record and appends it to the file as one JSON line."""

    def log(record: dict[str, Any]) -> None:
        line = json.dumps(record)
        print(line, flush=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    return log
