"""Counts what is read of a camera's buffer, byte by byte, on a frame's way to the input tensor."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

FUNCTIONS = ("resize", "cvtColor", "LUT")
"""What preprocessing calls of OpenCV; all other work on pixels would show as a copy."""


class Meter:
    """`reads`: how often each byte of the buffer was read; `written`: bytes that were written elsewhere for it."""

    def __init__(self, buffer: NDArray[np.uint8]) -> None:
        self._buffer = buffer
        self.reads = np.zeros(buffer.size, np.int32)
        self.calls: list[str] = []
        self.written = 0

    @contextmanager
    def counting(self) -> Iterator[None]:
        """While entered, OpenCV's functions are counted."""
        real: dict[str, Callable[..., Any]] = {name: getattr(cv2, name) for name in FUNCTIONS}

        def counted(name: str) -> Callable[..., Any]:
            def call(source: Any, *arguments: Any, **options: Any) -> Any:
                result = real[name](source, *arguments, **options)
                self.read(source, name)
                self.written += result.nbytes
                return result

            return call

        for name in FUNCTIONS:
            setattr(cv2, name, counted(name))
        try:
            yield
        finally:
            for name, function in real.items():
                setattr(cv2, name, function)

    def read(self, array: NDArray[Any], name: str) -> None:
        """An array was read as a whole; it counts where it lies in the buffer."""
        if not np.shares_memory(array, self._buffer):
            return
        offset = array.__array_interface__["data"][0] - self._buffer.__array_interface__["data"][0]
        marks = np.lib.stride_tricks.as_strided(
            self.reads[offset:], array.shape, tuple(step * self.reads.itemsize for step in array.strides)
        )
        marks += 1
        self.calls.append(name)
