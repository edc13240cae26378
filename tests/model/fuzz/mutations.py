"""Models with something wrong: a 32-bit word, a bit, two words exchanged, or the end cut off."""

import random
import struct
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from edgeclassify.model.tflite import model_file
from edgeclassify.model.tflite.model_file import parse_model
from edgeclassify.model.tflite.tables import TableBuffer

_TELLING = (
    *(0, 1, 2, 3, -1, -2, 7, 16, 127, 128, 255, 256, 1000, 65535, 800_000),
    *(1 << 20, 1 << 24, 1 << 30, (1 << 31) - 1, -(1 << 31)),
)
_SMALL_CHANGES = (-1, 1, 2, 4, -4)
_LONGEST_VECTOR = 40
"""Bytes of a vector whose words steer something (shapes, axes, paddings), rather than being weights."""
_STRUCTURE = 0.85
"""Share of the changes that hit the structure: most of a file are weights, and any weight will do."""


def structure_words(data: bytes) -> list[int]:
    """Where the 32-bit words lie that the reader looks at, other than long vectors."""
    seen: set[int] = set()

    class Watched(TableBuffer):
        def check(self, at: int, size: int, what: str) -> None:
            super().check(at, size, what)
            if size <= _LONGEST_VECTOR:
                seen.update(range(at & ~3, at + size, 4))

    with patch.object(model_file, "TableBuffer", Watched):
        parse_model(Path("whole.tflite"), data)
    return sorted(at for at in seen if at + 4 <= len(data))


def mutations(data: bytes, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """`count` damaged models, each with a word that says what was done."""
    rng = random.Random(seed)
    words = structure_words(data)
    anywhere = range(0, len(data) - 4, 4)
    for _ in range(count):
        places = words if rng.random() < _STRUCTURE else anywhere
        yield _mutation(bytearray(data), places, rng)


def _mutation(data: bytearray, places: "list[int] | range", rng: random.Random) -> tuple[str, bytes]:
    at, kind = rng.choice(places), rng.random()
    if kind < 0.7:
        (old,) = struct.unpack_from("<I", data, at)
        new = rng.choice(_TELLING) if rng.random() < 0.7 else old + rng.choice(_SMALL_CHANGES)
        struct.pack_into("<I", data, at, new & 0xFFFFFFFF)
        return f"word at {at}: {old} -> {new}", bytes(data)
    if kind < 0.85:
        at, bit = at + rng.randrange(4), rng.randrange(8)
        data[at] ^= 1 << bit
        return f"bit {bit} of byte {at}", bytes(data)
    if kind < 0.95:
        other = rng.choice(places)
        data[at : at + 4], data[other : other + 4] = data[other : other + 4], data[at : at + 4]
        return f"words at {at} and {other} exchanged", bytes(data)
    length = rng.randrange(len(data))
    return f"cut off after {length} bytes", bytes(data[:length])
