"""Augmentation of whole batches on the device, with random numbers of its own for every picture.

Sources of the ideas: random resized crops (Szegedy et al. 2015), RandAugment (Cubuk et al. 2020), random
erasing (Zhong et al. 2020), mixup (Zhang et al. 2018), CutMix (Yun et al. 2019). Sharpness, noise and white
balance vary more than usual: the thumbnails of the data set are soft, the frames of a camera are not.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from training.config import Augmentation


def normalize(pixels: Tensor) -> Tensor:
    """uint8 RGB to the network's input, (value - 128) / 128."""
    return (pixels.float() - 128.0) / 128.0


def uniform(like: Tensor, low: float, high: float, *shape: int) -> Tensor:
    """Random numbers in [low, high), [n, *shape] for n pictures."""
    return torch.empty((len(like), *shape), device=like.device).uniform_(low, high)


def chance(like: Tensor, probability: float) -> Tensor:
    """bool [n]: whether each picture is chosen."""
    return torch.rand(len(like), device=like.device) < probability


def geometry(pictures: Tensor, how: Augmentation) -> Tensor:
    """Crop, flip, rotation and shear in one resampling. float [n, 3, h, w] to the same."""
    area = uniform(pictures, how.crop_area, 1.0).sqrt()
    ratio = uniform(pictures, math.log(3 / 4), math.log(4 / 3)).mul(0.5).exp()
    width, height = (area * ratio).clamp_max(1), (area / ratio).clamp_max(1)
    x, y = (1 - width) * uniform(pictures, -1, 1), (1 - height) * uniform(pictures, -1, 1)
    turned = chance(pictures, how.rotate)
    angle = torch.where(turned, uniform(pictures, -0.3, 0.3), 0.0)
    shear = torch.where(turned, uniform(pictures, -0.2, 0.2), 0.0)
    plain = chance(pictures, how.plain)
    pixel = 2.0 / pictures.shape[-1]
    steps = [uniform(pictures, -5, 5).round() * pixel for _ in range(2)]
    width, height = torch.where(plain, 1.0, width), torch.where(plain, 1.0, height)
    angle, shear = torch.where(plain, 0.0, angle), torch.where(plain, 0.0, shear)
    x, y = torch.where(plain, steps[0], x), torch.where(plain, steps[1], y)
    flip = torch.where(chance(pictures, 0.5), -1.0, 1.0)
    cos, sin = angle.cos(), angle.sin()
    first = torch.stack((flip * width * cos, width * (shear * cos - sin), x), 1)
    second = torch.stack((flip * height * sin, height * (shear * sin + cos), y), 1)
    grid = F.affine_grid(torch.stack((first, second), 1), list(pictures.shape), align_corners=False)
    return F.grid_sample(pictures, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def colours(pictures: Tensor, how: Augmentation) -> Tensor:
    """Brightness, contrast, saturation, white balance and gamma. float [n, 3, h, w] in [0, 1]."""

    def factor(strength: float, channels: int = 1) -> Tensor:
        drawn = uniform(pictures, 1 - strength, 1 + strength, channels, 1, 1)
        return torch.where(chance(pictures, how.colour)[:, None, None, None], drawn, 1.0)

    weights = torch.tensor((0.299, 0.587, 0.114), device=pictures.device)[None, :, None, None]
    grey = (pictures * weights).sum(1, keepdim=True)
    saturation = torch.where(chance(pictures, 0.05)[:, None, None, None], 0.0, factor(0.4))
    pictures = grey + (pictures - grey) * saturation
    mean = grey.mean((2, 3), keepdim=True)
    pictures = mean + (pictures - mean) * factor(0.4)
    pictures = pictures * factor(0.3) * factor(0.12, 3)
    gamma = torch.where(chance(pictures, 0.2), uniform(pictures, -0.4, 0.4).exp(), 1.0)[:, None, None, None]
    return pictures.clamp(1e-3, 1).pow(gamma)


def textures(pictures: Tensor, how: Augmentation) -> Tensor:
    """Softer or sharper, and noise. float [n, 3, h, w] in [0, 1]."""
    soft = F.avg_pool2d(F.pad(pictures, (1, 1, 1, 1), mode="replicate"), 3, 1)
    amount = torch.where(chance(pictures, how.sharpness), uniform(pictures, 0.0, 2.5), 1.0)
    pictures = soft + (pictures - soft) * amount[:, None, None, None]
    level = torch.where(chance(pictures, how.noise), uniform(pictures, 0.0, 0.04), 0.0)
    return (pictures + torch.randn_like(pictures) * level[:, None, None, None]).clamp(0, 1)


def boxes(pictures: Tensor, area: Tensor) -> Tensor:
    """bool [n, 1, h, w]: a random box of this area (0-1) in each picture; clipped at the edges."""
    height, width = pictures.shape[-2:]
    ratio = uniform(pictures, math.log(0.5), math.log(2.0)).mul(0.5).exp()
    half_h, half_w = (area.sqrt() * ratio * height / 2)[:, None], (area.sqrt() / ratio * width / 2)[:, None]
    rows = torch.arange(height, device=pictures.device)[None] + 0.5
    columns = torch.arange(width, device=pictures.device)[None] + 0.5
    inside_rows = (rows - uniform(pictures, 0, height)[:, None]).abs() < half_h
    inside_columns = (columns - uniform(pictures, 0, width)[:, None]).abs() < half_w
    return (inside_rows[:, :, None] & inside_columns[:, None, :])[:, None]


def mix(pictures: Tensor, targets: Tensor, how: Augmentation) -> tuple[Tensor, Tensor]:
    """Mixup or CutMix with another picture of the batch; targets float [n, classes] follow."""
    drawn = torch.rand(len(pictures), device=pictures.device)
    mixed, cut = drawn < how.mixup, (drawn >= how.mixup) & (drawn < how.mixup + how.cutmix)
    share = torch.where(mixed, uniform(pictures, 0.0, 0.5), 0.0)
    mask = boxes(pictures, uniform(pictures, 0.05, 0.6)) & cut[:, None, None, None]
    share = torch.where(cut, mask.float().mean((1, 2, 3)), share)
    other = torch.randperm(len(pictures), device=pictures.device)
    blend = torch.where(cut[:, None, None, None], mask.float(), share[:, None, None, None])
    pictures = pictures + (pictures[other] - pictures) * blend
    return pictures, targets + (targets[other] - targets) * share[:, None]


def erase(pictures: Tensor, how: Augmentation) -> Tensor:
    """A box of one random colour in some of the pictures."""
    chosen = chance(pictures, how.erase)[:, None, None, None]
    mask = boxes(pictures, uniform(pictures, 0.02, 0.25)) & chosen
    return torch.where(mask, uniform(pictures, 0.0, 1.0, 3, 1, 1), pictures)


def augment(pixels: Tensor, targets: Tensor, how: Augmentation) -> tuple[Tensor, Tensor]:
    """uint8 [n, 3, h, w] and targets float [n, classes] to network inputs and mixed targets."""
    pictures = pixels.float() / 255.0
    pictures = textures(colours(geometry(pictures, how), how), how)
    pictures, targets = mix(pictures, targets, how)
    return (erase(pictures, how) * 255.0 - 128.0) / 128.0, targets
