"""Pixels that are the camera's own buffers: lent, not copied, and given back when nobody holds them any more.

A completed request of picamera2 holds the buffers of all streams of one moment. Whoever holds an array on them,
or a part of one, keeps the request; with the last array it goes back to the camera. That can happen in any thread
and at any time, also in the garbage collector while picamera2 holds its locks: so the request is only laid down
then, and collected by the capture thread.
"""

import logging
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from edgeclassify.types import Pixels

log = logging.getLogger(__name__)


class Loan:
    """One completed request; `pixels` may be asked for while anybody holds the loan or pixels of it."""

    def __init__(self, request: Any, returned: "deque[tuple[Any, Any]]") -> None:
        self._request, self._returned = request, returned
        self._arrays: dict[str, tuple[Any, Any]] = {}

    def pixels(self, stream: str, mapped_array: Any) -> Pixels:
        """The stream's buffer, shape (n,), read-only and not copied. `mapped_array`: picamera2's MappedArray."""
        if stream not in self._arrays:
            mapping = mapped_array(self._request, stream, reshape=False, write=False)
            self._arrays[stream] = (mapping, mapping.__enter__().array)
        return np.asarray(_Held(self, self._arrays[stream][1]))

    def __del__(self) -> None:
        self._returned.append((self._request, [mapping for mapping, _ in self._arrays.values()]))


class _Held:
    """What numpy keeps as the owner of the memory: an array alone would be passed over by arrays made of it."""

    def __init__(self, loan: Loan, array: Any) -> None:
        self._loan, self._array = loan, array
        address, _ = array.__array_interface__["data"]
        self.__array_interface__ = {
            "version": 3, "shape": array.shape, "typestr": "|u1", "data": (address, True),
        }  # fmt: skip


class Lending:
    """Lends requests of one camera, `most` at a time, so that the camera always has buffers to go on with.

    Used by one thread; what is lent may end its life in any.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._out = 0
        self._returned: deque[tuple[Any, Any]] = deque()

    def lend(self, request: Any) -> Loan | None:
        """The request as a loan; None where too many are out: the caller still has it then."""
        self.collect()
        if self._out >= self._most:
            return None
        self._out += 1
        return Loan(request, self._returned)

    def collect(self) -> None:
        """Give the camera back what nobody holds any more."""
        while self._returned:
            request, mappings = self._returned.popleft()
            self._out -= 1
            for mapping in mappings:
                _quietly(mapping.__exit__, None, None, None)
            _quietly(request.release)

    @property
    def out(self) -> int:
        """Requests that are lent, and not collected yet."""
        return self._out


def _quietly(call: Callable[..., object], *arguments: object) -> None:
    """A request may come back when its camera has long been closed: then there is nothing to give back."""
    try:
        call(*arguments)
    except Exception as error:  # noqa: BLE001 - picamera2 fails in several ways there, and none matters
        log.debug("camera: a buffer came back late: %s", error)
