"""The pictures as tensors: decoding, and the split into a training and a held-out part."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.dataset import SIZE, train_files, unpacked


@dataclass(frozen=True)
class Pictures:
    """uint8 [n, 3, 64, 64] RGB pictures and int64 [n] class indices."""

    pixels: Tensor
    classes: Tensor

    def to(self, device: str) -> Pictures:
        return Pictures(self.pixels.to(device), self.classes.to(device))

    def __len__(self) -> int:
        return len(self.classes)


def decode(files: Iterable[tuple[bytes, int]]) -> Pictures:
    """Decodes the JPEG files on all cores; grey ones become three equal channels."""
    files = list(files)

    def one(item: tuple[bytes, int]) -> NDArray[Any]:
        bgr = cv2.imdecode(np.frombuffer(item[0], np.uint8), cv2.IMREAD_COLOR)
        if bgr is None or bgr.shape != (SIZE, SIZE, 3):
            raise ValueError(f"a picture of class {item[1]} is not a {SIZE}x{SIZE} JPEG")
        return np.asarray(bgr[:, :, ::-1].transpose(2, 0, 1))

    pixels = np.empty((len(files), 3, SIZE, SIZE), np.uint8)
    with ThreadPoolExecutor() as pool:
        for index, picture in enumerate(pool.map(one, files, chunksize=500)):
            pixels[index] = picture
    return Pictures(torch.from_numpy(pixels), torch.tensor([index for _, index in files]))


def split(pictures: Pictures, held_out: float) -> tuple[Pictures, Pictures]:
    """(training part, held-out part): the last `held_out` of every class, at least one, is held out."""
    held = torch.zeros(len(pictures), dtype=torch.bool)
    for index in pictures.classes.unique():
        members = (pictures.classes == index).nonzero()[:, 0]
        held[members[len(members) - max(1, round(held_out * len(members))) :]] = True
    parts = [Pictures(pictures.pixels[mask], pictures.classes[mask]) for mask in (~held, held)]
    return parts[0], parts[1]


def load_train(source: Path) -> Pictures:
    """The training pictures of a Tiny ImageNet folder, or of a folder of packs."""
    packs = sorted(source.glob("*.pack"))
    if packs:
        return decode(item for path in packs for item in unpacked(path.read_bytes()))
    return decode(train_files(source))
