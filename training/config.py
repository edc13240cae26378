"""What a run is made of; every value is printed at its start and kept beside its log."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Augmentation:
    """How strongly pictures are changed; probabilities are per picture."""

    crop_area: float = 0.35
    plain: float = 0.2  # of the pictures keep their scale and pixel grid
    rotate: float = 0.3
    colour: float = 0.8
    sharpness: float = 0.5
    noise: float = 0.15
    erase: float = 0.2
    mixup: float = 0.3
    cutmix: float = 0.3


@dataclass(frozen=True)
class Phase:
    """One stretch of training. `decay` is the weight decay, `ema` the decay of the averaged weights."""

    name: str
    epochs: int
    optimizer: str
    rate: float
    batch: int
    decay: float
    ema: float
    warmup_epochs: float
    distill: float = 0.0  # share of the teacher's loss
    temperature: float = 2.0
    smoothing: float = 0.1
    augmentation: Augmentation = field(default_factory=Augmentation)


@dataclass(frozen=True)
class Recipe:
    """The whole run. Sizes in pixels; `held_out` is the share of every class kept for choices."""

    seed: int = 20
    held_out: float = 0.05
    size: int = 64
    width: float = 1.0
    head: int = 1280
    stem_stride: int = 1
    strides: tuple[int, ...] = (1, 2, 2, 2, 1, 1, 1)
    teacher_size: int = 160
    teacher: Phase = Phase(
        "teacher", 8, "adamw", 5e-4, 256, 0.02, 0.998, 0.5, smoothing=0.0,
        augmentation=Augmentation(erase=0.1, mixup=0.2, cutmix=0.2),
    )  # fmt: skip
    student: Phase = Phase("student", 98, "sgd", 0.3, 512, 1e-4, 0.9995, 4, distill=0.9)
    quantized: Phase = Phase("quantized", 3, "adamw", 3e-5, 512, 0.0, 0.999, 0.2, distill=0.9)
    calibration_pictures: int = 4096
    every: int = 1  # use every nth picture, for a trial
