"""SIGHUP before the daemon is ready to obey it: remembered, where it would end the process.

Used before everything else is imported, which takes a while: so it imports next to nothing itself.
"""

import signal

_heard = False


def remember() -> None:
    """From now on. Only the main thread can do that."""
    signal.signal(signal.SIGHUP, _note)


def heard() -> bool:
    """True where one has come since the last call."""
    global _heard
    before, _heard = _heard, False
    return before


def _note(*_: object) -> None:
    global _heard
    _heard = True
