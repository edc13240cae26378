"""Memory in which prepared inputs wait to be inferred: nobody overwrites one that waits."""

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

IN_FLIGHT = 2
"""How many inputs may be out at a time where nothing else is said: one is inferred, one is prepared meanwhile."""

View = Callable[[], NDArray[Any]]
"""Fetches an array on the interpreter's input tensor. It must be let go of before the interpreter is invoked."""


class InputMemory:
    """Lends room for inputs, a ticket for each: the interpreter's own tensor while it is free, buffers for more.

    Buffers are made when they are needed first. One thread takes and fills, another may load and give back.
    So what is inferred one after the other is never copied, and what is prepared while another input is inferred
    is copied once. `count`: how many may be lent at once.
    """

    def __init__(self, view: View, count: int = IN_FLIGHT) -> None:
        self._view, self._count = view, count
        tensor = view()
        self._shape, self._dtype = tensor.shape, tensor.dtype
        self._buffers: deque[NDArray[Any]] = deque()
        """Those that are free."""
        self._lent: dict[object, NDArray[Any] | None] = {}
        """The buffer of each ticket; None: it has the tensor."""
        self._in_tensor: object | None = None
        """The ticket whose input is in the tensor."""

    def take(self) -> object:
        """A ticket: of the tensor where nothing is lent; else of a buffer, for what is lent may be loaded yet.

        Raises RuntimeError where none is free.
        """
        if len(self._lent) >= self._count:
            raise _none_free(self._count)
        ticket = object()
        if self._lent:
            self._lent[ticket] = self._buffer()
        else:
            self._in_tensor = ticket
            self._lent[ticket] = None
        return ticket

    def array(self, ticket: object) -> NDArray[Any]:
        """Where the input is to be written, in the tensor's shape and type."""
        buffer = self._lent[ticket]
        return self._view() if buffer is None else buffer

    def load(self, ticket: object) -> None:
        """Bring the input to the tensor, if it is in a buffer; what waits there, for later, makes room.

        Raises RuntimeError where it is not lent.
        """
        if ticket not in self._lent:
            raise _not_lent()
        buffer = self._lent[ticket]
        if buffer is None:
            return
        waits = self._in_tensor
        if waits in self._lent and self._lent[waits] is None:
            moved = self._buffer()
            np.copyto(moved, self._view())
            self._lent[waits] = moved
        np.copyto(self._view(), buffer)
        self._in_tensor = ticket

    def give_back(self, ticket: object) -> None:
        """The room is free; of no effect where it is."""
        buffer = self._lent.pop(ticket, None)
        if buffer is not None:
            self._buffers.append(buffer)

    def _buffer(self) -> NDArray[Any]:
        # Not of a view on the tensor: another thread may be about to invoke, which fails while one is alive.
        return self._buffers.popleft() if self._buffers else np.empty(self._shape, self._dtype)


def _none_free(count: int) -> RuntimeError:
    return RuntimeError(f"expected at most {count} prepared inputs at once: infer or discard one first")


def _not_lent() -> RuntimeError:
    return RuntimeError("expected a prepared input that waits, found one that was inferred or discarded before")
