"""A large PNG, decoded strip by strip and made smaller on the way: it never lies in memory as a whole.

OpenCV decodes PNGs as a whole only. So the rows are unpacked here, a strip at a time, and each strip is made a PNG
of its own that OpenCV decodes. PNG's filters refer to the row above and work on bytes: each strip begins with the
last row of the one before, and is declared as the plainest kind of image with as many bytes per pixel.
Source: the PNG specification (third edition), 9 (filtering) and 10 (compression).
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import Pixels

STRIP_BYTES = 4 << 20
"""A strip has so many at most, unless `factor` rows of the image are more."""
_PIECE = 1 << 16
_GREY, _RGB, _PALETTE, _GREY_ALPHA, _RGBA = 0, 2, 3, 4, 6
_CHANNELS = {_GREY: 1, _RGB: 3, _PALETTE: 1, _GREY_ALPHA: 2, _RGBA: 4}
_CARRIERS = {1: (8, _GREY), 2: (16, _GREY), 3: (8, _RGB), 4: (8, _RGBA), 6: (16, _RGB), 8: (16, _RGBA)}
"""Bytes per pixel, as the filters count → depth and kind of the strips."""

Stored = Any
ToBgr = Callable[[Stored], Pixels]


class DamagedPngError(ValueError):
    """Its data is damaged, or ends before its last row."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How a row is stored: `row` bytes, `step` of them to the byte that a filter refers to."""

    width: int
    height: int
    depth: int
    kind: int
    palette: Any

    @property
    def bits(self) -> int:
        return self.depth * _CHANNELS[self.kind]

    @property
    def row(self) -> int:
        return (self.width * self.bits + 7) // 8

    @property
    def step(self) -> int:
        return max(1, self.bits // 8)


def decode_in_strips(data: bytes, factor: int, to_bgr: ToBgr) -> Pixels:
    """The image with sides `factor` times shorter: BGR uint8, (height // factor, width // factor, 3).

    `to_bgr` turns a strip as OpenCV would have stored it (grey, BGR or BGRA, 8 or 16 bits) into BGR. Takes no
    interlaced PNG. Raises DamagedPngError.
    """
    form = _form(data)
    out = np.empty((form.height // factor, form.width // factor, 3), np.uint8)
    width = out.shape[1] * factor
    done = 0
    for strip in _strips(data, form, factor):
        part = to_bgr(_as_stored(strip, form))[:, :width]
        rows = min(len(part) // factor, len(out) - done)
        part = part[: rows * factor]
        if rows:
            out[done : done + rows] = cv2.resize(part, (out.shape[1], rows), interpolation=cv2.INTER_AREA)
        done += rows
    return out


def _form(data: bytes) -> _Form:
    width, height, depth, kind = struct.unpack_from(">IIBB", data, 16)
    if kind not in _CHANNELS or depth not in (1, 2, 4, 8, 16):
        raise DamagedPngError
    colours = transparency = b""
    for name, body in _chunks(data):
        if name == b"PLTE":
            colours = bytes(body)
        elif name == b"tRNS":
            transparency = bytes(body)
        elif name == b"IDAT":
            break
    return _Form(width, height, depth, kind, _palette(colours, transparency) if kind == _PALETTE else None)


def _palette(colours: bytes, transparency: bytes) -> Any:
    """BGR, or BGRA where some are transparent; always 256 entries, what is missing is black."""
    table = np.zeros((256, 4), np.uint8)
    table[:, 3] = 255
    rgb = np.frombuffer(colours[: len(colours) // 3 * 3][:768], np.uint8).reshape(-1, 3)
    table[: len(rgb), :3] = rgb[:, ::-1]
    alpha = np.frombuffer(transparency[:256], np.uint8)
    table[: len(alpha), 3] = alpha
    return table if len(alpha) else np.ascontiguousarray(table[:, :3])


def _strips(data: bytes, form: _Form, factor: int) -> Iterator[Stored]:
    """The rows as their carriers have them, a multiple of `factor` at a time, but for the last."""
    depth, kind = _CARRIERS[form.step]
    width = form.row // form.step
    in_memory = max(form.row + 1, 4 * form.width)  # of less than 8 bits a pixel, each becomes a byte, then three
    rows = max(1, STRIP_BYTES // in_memory // factor) * factor
    above = bytes(form.row)
    unpacked = _Unpacked(data)
    for top in range(0, form.height, rows):
        count = min(rows, form.height - top)
        filtered = unpacked.take(count * (form.row + 1))
        png = _png(width, count + 1, depth, kind, b"\0" + above + filtered)
        strip = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
        if strip is None or strip.shape[:2] != (count + 1, width):
            raise DamagedPngError
        above = _bytes_of(strip[-1])
        yield strip[1:]


def _as_stored(strip: Stored, form: _Form) -> Stored:
    """Carriers' rows → the image's rows."""
    if form.kind == _GREY_ALPHA:  # two bytes of grey and alpha in one of 16 bits; four in the channels of RGBA
        grey, alpha = (strip >> 8, strip & 255) if form.depth == 8 else (strip[..., 2], strip[..., 0])
        return np.dstack([grey, grey, grey, alpha]).astype(np.uint8)
    if form.depth < 8:
        bits = np.unpackbits(strip, axis=1).reshape(len(strip), -1, form.depth)
        values = bits @ (1 << np.arange(form.depth - 1, -1, -1, dtype=np.uint8))
        strip = values[:, : form.width].astype(np.uint8)
        if form.kind == _GREY:
            strip = strip * np.uint8(255 // ((1 << form.depth) - 1))
    return strip if form.palette is None else form.palette[strip]


def _bytes_of(row: Stored) -> bytes:
    """A decoded row as PNG has it: R, G, B, A; the high byte first."""
    if row.ndim == 2:
        row = row[:, [2, 1, 0, 3][: row.shape[1]]]
    return bytes(row.astype(">u2" if row.dtype == np.uint16 else np.uint8).tobytes())


def _png(width: int, height: int, depth: int, kind: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))
        for name, body in parts
    )


class _Unpacked:
    """The image's data behind its compression, read piece by piece."""

    def __init__(self, data: bytes) -> None:
        self._packed = (
            body[at : at + _PIECE] for name, body in _chunks(data) if name == b"IDAT"
            for at in range(0, len(body), _PIECE)
        )  # fmt: skip
        self._inflate = zlib.decompressobj()

    def take(self, count: int) -> bytes:
        """The next `count` bytes. Raises DamagedPngError."""
        parts: list[bytes] = []
        while count > 0:
            source = self._inflate.unconsumed_tail or bytes(next(self._packed, b""))
            try:
                part = self._inflate.decompress(source, count)
            except zlib.error as error:
                raise DamagedPngError from error
            if not source and not part:
                raise DamagedPngError
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    view, at = memoryview(data), 8
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        yield name, view[at + 8 : at + 8 + length]
        at += 12 + length
