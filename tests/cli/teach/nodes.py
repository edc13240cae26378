"""A node whose daemon has kept looks: its config, and its file of looks of what the built-in network sees."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from edgeclassify.pictures.jpeg import image_jpeg
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.interface import Look, LookKind
from edgeclassify.teaching.looks.file import FILE_NAME
from edgeclassify.teaching.looks.store import LookStore
from edgeclassify.types import ModelChoice
from tests.support.lessons import part_of

NOON = 1_795_000_000.0 - 1_795_000_000.0 % 86_400 + 43_200
HOUR = 3600.0


@dataclass(frozen=True)
class Node:
    """`config`: its file."""

    config: Path

    @contextmanager
    def store(self) -> Iterator[LookStore]:
        """Its looks, open."""
        with LookStore.open(self.config.parent / "state" / FILE_NAME) as store:
            yield store

    def keep(self, *looks: Look) -> list[int]:
        """Keep them, as the daemon does: their numbers."""
        with self.store() as store:
            return [number for number in store.add(looks) if number is not None]


def node_in(folder: Path, more: str = "", views: str = '[[view]]\nname = "gate"\n') -> Node:
    """A node with a camera. `more`: at the beginning of its config."""
    (folder / "state").mkdir(exist_ok=True)
    config = folder / "node.toml"
    config.write_text(
        f'{more}\n[node]\nname = "n"\nstate_dir = "{folder}/state"\ntime_zone = "Europe/Berlin"\n'
        f'[[camera]]\nname = "front"\nsource = "synthetic:"\n{views}'
    )
    return Node(config)


@functools.lru_cache(maxsize=64)
def look_of_part(photo: str, number: int) -> Look:
    """What the built-in network sees in a part of one of the demo's photos."""
    embedder, pixels = _builtin(), part_of(photo, number)
    return Look(
        id=0,
        kind=LookKind.COLLECTED,
        view="gate",
        at=NOON + number * HOUR,
        label=None,
        score=None,
        facts=embedder.facts.embedding,
        embedding=embedder.embed(pixels),
        brightness=float(pixels.mean()) / 255,
        jpeg=image_jpeg(np.ascontiguousarray(pixels[:, :, ::-1]), 85, b"look").data,
        model="pets",
    )


@functools.cache
def _builtin() -> Embedder:
    return Embedder.open(ModelChoice(name="builtin"))


def looks_of_photo(
    photo: str, count: int, first: int = 0, *, kind: LookKind = LookKind.COLLECTED, **facts: Any
) -> list[Look]:
    """Of some parts, an hour apart: looks of this kind, with these facts."""
    model = "pets" if kind is LookKind.COLLECTED else None
    parts = [look_of_part(photo, number) for number in range(first, first + count)]
    return [replace(look, kind=kind, model=model, **facts) for look in parts]
