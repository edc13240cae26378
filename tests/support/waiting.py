"""Waiting for what another thread or process does."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

INTERVAL_S = 0.005
PATIENCE = float(os.environ.get("EDGECLASSIFY_PATIENCE", "1"))
"""How many times as long as usual a test waits before it fails: the gate, whose tests share a machine, sets it."""


def patient(seconds: float) -> float:
    """A limit after which a test fails, for how long it takes here. Not for one that is itself what is tested."""
    return seconds * PATIENCE


def wait_for(look: Callable[[], Value], timeout_s: float = 10.0, *, is_tested: bool = False) -> Value:
    """The first true value of `look()`; fails the test where none comes within `patient(timeout_s)`.

    `is_tested`: the limit is what the test is about; nobody is more patient then.
    """
    limit_s = timeout_s if is_tested else patient(timeout_s)
    deadline = time.monotonic() + limit_s
    while not (value := look()):
        assert time.monotonic() < deadline, f"not within {limit_s:g} s: {look}"
        time.sleep(INTERVAL_S)
    return value
