"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

INTERVAL_S = 0.005


def wait_for(look: Callable[[], Value], timeout_s: float = 10.0) -> Value:
    """The first true value of `look()`; fails the test where none comes within `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not (value := look()):
        assert time.monotonic() < deadline, f"not within {timeout_s:g} s: {look}"
        time.sleep(INTERVAL_S)
    return value
