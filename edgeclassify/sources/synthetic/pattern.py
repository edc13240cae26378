"""What the synthetic camera sees: a test pattern that moves, or an image; and other shapes of the same pixels."""

from dataclasses import replace

import cv2
import numpy as np

from edgeclassify.types import Frame, PixelFormat, Pixels

PADDING = 6
"""Bytes by which rows are longer than the frame where a stride is asked for: even, and no power of two."""


def draw_pattern(size: tuple[int, int], sequence: int) -> Pixels:
    """Test frame number `sequence`: a colour gradient with a bright square that moves; BGR uint8."""
    width, height = size
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:, :, 0] = np.linspace(0, 160, width, dtype=np.uint8)
    pixels[:, :, 1] = np.linspace(0, 160, height, dtype=np.uint8)[:, np.newaxis]
    pixels[:, :, 2] = sequence * 4 % 160
    side = max(4, min(size) // 4)
    left = sequence * max(1, width // 64) % (width - side)
    top = (height - side) // 2
    pixels[top : top + side, left : left + side] = 255
    return pixels


def fit_image(image: Pixels, size: tuple[int, int]) -> Pixels:
    """The centre of an image in this size; BGR uint8."""
    width, height = size
    scale = max(width / image.shape[1], height / image.shape[0])
    scaled = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    left, top = max(0, scaled.shape[1] - width) // 2, max(0, scaled.shape[0] - height) // 2
    cut = scaled[top : top + height, left : left + width]
    return np.asarray(cv2.resize(cut, size), np.uint8)


def with_noise(image: Pixels, sequence: int) -> Pixels:
    """The image as a sensor would see it: no two are alike."""
    noise = np.random.default_rng(sequence).integers(-2, 3, image.shape, np.int8)
    return np.asarray(np.clip(image.astype(np.int16) + noise, 0, 255), np.uint8)


def as_yuv420(frame: Frame, padding: int = PADDING) -> Frame:
    """A BGR frame of even sides as YUV420 whose rows are longer by so many bytes."""
    width, height = frame.width, frame.height
    packed = cv2.cvtColor(frame.pixels, cv2.COLOR_BGR2YUV_I420)
    stride = width + padding
    pixels = np.full((height * 3 // 2, stride), 77, np.uint8)  # nothing may look at the padding
    pixels[:height, :width] = packed[:height]
    for plane, source in zip(
        pixels[height:].reshape(2, height // 2, stride // 2),
        packed[height:].reshape(2, height // 2, width // 2),
        strict=True,
    ):
        plane[:, : width // 2] = source
    return replace(frame, pixels=pixels, pixel_format=PixelFormat.YUV420)


def as_half_nv12(frame: Frame) -> Frame:
    """A BGR frame in half its size, as NV12."""
    width, height = frame.width // 4 * 2, frame.height // 4 * 2
    packed = cv2.cvtColor(cv2.resize(frame.pixels, (width, height)), cv2.COLOR_BGR2YUV_I420)
    pixels = np.empty((height * 3 // 2, width), np.uint8)
    pixels[:height] = packed[:height]
    planes = packed[height:].reshape(2, height // 2, width // 2)
    pixels[height:] = np.stack(list(planes), axis=2).reshape(height // 2, width)
    return replace(frame, pixels=pixels, pixel_format=PixelFormat.NV12, width=width, height=height)
