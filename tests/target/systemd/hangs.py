"""Hangs one thread of the daemon: put beside Debian's own modules, with a .pth that imports it.

What is to hang stands in an environment variable of the service; in every other process nothing happens.
"""

import os
import signal
import threading
import time

VARIABLE = "EDGECLASSIFY_CHECK_HANGS"
SIGNAL = signal.SIGRTMIN + 7  # nobody else's
AFTER_S = 4.0


def hang_delivery() -> None:
    """Nobody waits for that thread: only its own pulse tells."""
    from edgeclassify.publish.mqtt.serving import Serving

    assert callable(Serving.turn)
    Serving.turn = lambda *_: time.sleep(3600)  # type: ignore[method-assign]


def hang_main_thread() -> None:
    """Wherever it is: Python runs the handler of a signal in the main thread."""
    os.kill(os.getpid(), SIGNAL)


HANGS = {"delivery": hang_delivery, "main thread": hang_main_thread}

if wanted := os.environ.get(VARIABLE):
    signal.signal(SIGNAL, lambda *_: time.sleep(3600))
    timer = threading.Timer(AFTER_S, HANGS[wanted])
    timer.daemon = True
    timer.start()
