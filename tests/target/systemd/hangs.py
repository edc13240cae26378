"""Hangs one thread of the daemon: put beside Debian's own modules, with a .pth that imports it.

What is to hang, and the file that says when, stand in environment variables of the service; in every other process
nothing happens.
"""

import os
import signal
import threading
import time

VARIABLE = "EDGECLASSIFY_CHECK_HANGS"
WHEN_VARIABLE = "EDGECLASSIFY_CHECK_HANGS_WHEN"
SIGNAL = signal.SIGRTMIN + 7  # nobody else's


def hang_delivery() -> None:
    """Nobody waits for that thread: only its own pulse tells."""
    from edgeclassify.publish.mqtt.serving import Serving

    assert callable(Serving.turn)
    Serving.turn = lambda *_: time.sleep(3600)  # type: ignore[method-assign]


def hang_main_thread() -> None:
    """Wherever it is: Python runs the handler of a signal in the main thread."""
    os.kill(os.getpid(), SIGNAL)


HANGS = {"delivery": hang_delivery, "main thread": hang_main_thread}


def hang_when_told(which: str, when: str) -> None:
    """`when`: a file, which is waited for."""
    while not os.path.exists(when):  # noqa: PTH110 - pathlib would come before the daemon's own modules
        time.sleep(0.2)
    HANGS[which]()


if (wanted := os.environ.get(VARIABLE)) and (file := os.environ.get(WHEN_VARIABLE)):
    signal.signal(SIGNAL, lambda *_: time.sleep(3600))
    threading.Thread(target=hang_when_told, args=(wanted, file), daemon=True).start()
