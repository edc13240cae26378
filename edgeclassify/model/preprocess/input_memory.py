"""Memory in which prepared inputs wait to be inferred: nobody overwrites one that waits."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

View = Callable[[], NDArray[Any]]
"""Fetches an array on the interpreter's input tensor. It must be let go of before the interpreter is invoked."""


class InputMemory(ABC):
    """Lends room for inputs; a ticket stands for each that is lent.

    One thread takes and fills, another may load and give back.
    """

    @abstractmethod
    def take(self) -> object:
        """Room for one input: its ticket. Raises RuntimeError where none is free."""

    @abstractmethod
    def array(self, ticket: object) -> NDArray[Any]:
        """Where the input is to be written, in the tensor's shape and type."""

    @abstractmethod
    def load(self, ticket: object) -> None:
        """Bring the input to where the interpreter takes it from. Raises RuntimeError where it is not lent."""

    @abstractmethod
    def give_back(self, ticket: object) -> None:
        """The room is free again; of no effect where it is."""


class InPlace(InputMemory):
    """The interpreter's own input tensor: room for one, which is never copied."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._lent: object | None = None

    def take(self) -> object:
        """The ticket of the input tensor."""
        if self._lent is not None:
            raise _none_free(1)
        self._lent = object()
        return self._lent

    def array(self, ticket: object) -> NDArray[Any]:
        """The input tensor itself."""
        return self._view()

    def load(self, ticket: object) -> None:
        """It is there already."""
        if ticket is not self._lent:
            raise _not_lent()

    def give_back(self, ticket: object) -> None:
        """The input tensor is free."""
        if ticket is self._lent:
            self._lent = None


class Buffers(InputMemory):
    """Buffers beside the interpreter: one input can be prepared while another is inferred, and each is copied."""

    def __init__(self, view: View, count: int) -> None:
        self._view, self._count = view, count
        self._free = deque(np.empty_like(view()) for _ in range(count))
        self._lent: dict[object, NDArray[Any]] = {}

    def take(self) -> object:
        """The ticket of a free buffer."""
        try:
            buffer = self._free.popleft()
        except IndexError:
            raise _none_free(self._count) from None
        ticket = object()
        self._lent[ticket] = buffer
        return ticket

    def array(self, ticket: object) -> NDArray[Any]:
        """The buffer of that ticket."""
        return self._lent[ticket]

    def load(self, ticket: object) -> None:
        """Copy the buffer into the input tensor."""
        buffer = self._lent.get(ticket)
        if buffer is None:
            raise _not_lent()
        np.copyto(self._view(), buffer)

    def give_back(self, ticket: object) -> None:
        """The buffer is free."""
        buffer = self._lent.pop(ticket, None)
        if buffer is not None:
            self._free.append(buffer)


def input_memory(view: View, in_flight: int) -> InputMemory:
    """Room for so many inputs at once: the interpreter's own tensor for one, buffers for more."""
    return InPlace(view) if in_flight == 1 else Buffers(view, in_flight)


def _none_free(count: int) -> RuntimeError:
    return RuntimeError(f"expected at most {count} prepared inputs at once: infer or discard one first")


def _not_lent() -> RuntimeError:
    return RuntimeError("expected a prepared input that waits, found one that was inferred or discarded before")
