"""numpy arrays as frames: what shape and type tell, what only the caller knows, one message for each mistake."""

import time
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import ArgumentError
from edgeclassify.library.numbers import as_int
from edgeclassify.pixels import PLANAR
from edgeclassify.types import Frame, PixelFormat, Pixels

Order = Literal["rgb", "bgr", "gray", "yuv420", "nv12"]
"""How an array's values stand in memory, as of `PixelFormat`."""

NAME = "the array"
_ORDERS: tuple[str, ...] = get_args(Order)
_WHO_GIVES_WHICH = (
    'The array does not tell. OpenCV (imread, VideoCapture) gives "bgr", Pillow and imageio "rgb", '
    'picamera2\'s format "RGB888" is "bgr" in memory.'
)


def checked_order(order: object) -> Order | None:
    """An order that there is, or None. Raises ArgumentError."""
    if order is None or (isinstance(order, str) and order in _ORDERS):
        return order  # type: ignore[return-value]
    raise ArgumentError(f"order: expected one of {', '.join(_ORDERS)}, found {order!r}.")


def frame_of_array(array: NDArray[Any], order: Order | None = None, width: int | None = None) -> Frame:
    """The array as a frame, captured now; its memory is used, not copied, where OpenCV can read it as it is.

    uint8: (height, width, 3) with the order "rgb" or "bgr", a fourth channel is left out; (height, width) or
    (height, width, 1): gray; "yuv420" and "nv12": (height * 3 / 2, stride), of
    which `width` is picture, None: all.
    Raises ArgumentError for anything else.
    """
    _check_values(array)
    if order in PLANAR:
        return _planar(np.ascontiguousarray(array), PixelFormat(order), width)
    if width is not None:
        raise ArgumentError('width: expected with order="yuv420" or "nv12" alone: of others the shape says it.')
    pixels, pixel_format = _packed(array, order)
    return _frame(_readable(pixels), pixel_format, pixels.shape[1], pixels.shape[0])


def _check_values(array: NDArray[Any]) -> None:
    if array.size == 0:
        raise ArgumentError(f"{NAME}: expected pixels, found none: its shape is {array.shape}.")
    if array.dtype == np.uint8:
        return
    advice = "Make it uint8."
    if array.dtype.kind == "f":
        low, high = float(array.min()), float(array.max())
        if not np.isfinite((low, high)).all():
            raise ArgumentError(
                f"{NAME}: expected pixels of dtype uint8 (0 to 255), found {array.dtype} with values that are no "
                "numbers (NaN or infinite). Look where they come from."
            )
        found = f"{array.dtype} ({low:.3g} to {high:.3g})"
        if low >= 0 and high <= 1:
            advice = "Of 0 to 1: (array * 255).round().astype('uint8')."
    else:
        found = str(array.dtype)
        if array.dtype == np.uint16:
            advice = "Of 16 bits per value: (array >> 8).astype('uint8')."
    raise ArgumentError(f"{NAME}: expected pixels of dtype uint8 (0 to 255), found {found}. {advice}")


def _packed(array: NDArray[Any], order: Order | None) -> tuple[Pixels, PixelFormat]:
    shape = array.shape
    if array.ndim == 2 or (array.ndim == 3 and shape[2] == 1):
        if order not in (None, "gray"):
            raise ArgumentError(f"{NAME}: expected shape (height, width, 3) with order={order!r}, found {shape}.")
        return array.reshape(shape[:2]), PixelFormat.GRAY
    if array.ndim == 3 and shape[2] in (3, 4):
        if order not in ("rgb", "bgr"):
            found = "none" if order is None else repr(order)
            expected = f'order="rgb" or order="bgr" with shape {shape}'
            raise ArgumentError(f"{NAME}: expected {expected}, found {found}. {_WHO_GIVES_WHICH}")
        return array[:, :, :3], PixelFormat(order)
    raise ArgumentError(
        f"{NAME}: expected shape (height, width, 3) or (height, width), found {shape}. {_advice(array)}".rstrip()
    )


def _advice(array: NDArray[Any]) -> str:
    if array.ndim == 3 and array.shape[0] in (1, 3, 4):
        return "Its channels stand first: array.transpose(1, 2, 0)."
    if array.ndim == 4 and array.shape[0] == 1:
        return "It is a batch of one: array[0]."
    return "It may be a batch: classifier.many(array) takes one after the other." if array.ndim == 4 else ""


def _planar(array: Pixels, pixel_format: PixelFormat, width: int | None) -> Frame:
    expected = f"{NAME}: expected shape (height * 3 / 2, width) with even sides for order={str(pixel_format)!r}"
    if array.ndim != 2:
        raise ArgumentError(f"{expected}, found {array.shape}.")
    rows, stride = array.shape
    if rows % 3 or stride % 2:
        raise ArgumentError(f"{expected}, found {array.shape}.")
    kept = stride if width is None else as_int(width)
    if kept is None or kept % 2 or not 0 < kept <= stride:
        raise ArgumentError(f"width: expected an even number of 2 to {stride}, the array's own, found {width!r}.")
    return _frame(array, pixel_format, kept, rows // 3 * 2)


def _readable(pixels: Pixels) -> Pixels:
    """As OpenCV reads it without a copy of its own: each row in one piece, rows from top to bottom."""
    inner = pixels.strides[1:]
    in_one_piece = inner == ((1,) if pixels.ndim == 2 else (3, 1)) and pixels.strides[0] >= pixels[0].nbytes
    return pixels if in_one_piece else np.ascontiguousarray(pixels)


def _frame(pixels: Pixels, pixel_format: PixelFormat, width: int, height: int) -> Frame:
    return Frame(
        pixels=pixels,
        pixel_format=pixel_format,
        width=width,
        height=height,
        camera=NAME,
        sequence=0,
        captured_at_ns=time.monotonic_ns(),
        captured_at=time.time(),
    )
