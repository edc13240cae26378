"""Keeps the runtimes' native chatter ("INFO: Created TensorFlow Lite XNNPACK delegate for CPU.") off stderr."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from edgeclassify.native_stderr import captured_stderr

logger = logging.getLogger(__name__)

_CHATTER = re.compile(rb"(?:INFO|WARNING|ERROR|VERBOSE): |[IWE]\d{4} \d\d:\d\d:\d\d")


@contextmanager
def quiet_native_stderr() -> Iterator[None]:
    """Within the block the runtimes' lines on stderr go to the debug log. Process-wide: for loading only."""
    lines: list[str] = []
    try:
        with captured_stderr(_CHATTER) as lines:
            yield
    finally:
        for line in lines:
            logger.debug("%s", line)
