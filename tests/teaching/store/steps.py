"""The steps by which files change: counted, stopped at, written down."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

STEPS = ("mkdir", "write", "fsync", "rename", "unlink")
"""Functions of `os` by which the store changes what is on the disk, and waits for it."""


@contextmanager
def heard(
    before: Callable[[str, tuple[Any, ...], dict[str, Any]], None], steps: tuple[str, ...] = STEPS
) -> Iterator[None]:
    """`before` is called with each step and its arguments, before it is done."""
    real = {name: getattr(os, name) for name in steps}

    def listening(name: str) -> Callable[..., Any]:
        def step(*args: Any, **more: Any) -> Any:
            before(name, args, more)
            return real[name](*args, **more)

        return step

    for name in steps:
        setattr(os, name, listening(name))
    try:
        yield
    finally:
        for name, function in real.items():
            setattr(os, name, function)
