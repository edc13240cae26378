"""Classifying processes in which some pictures do what hostile files do to native code."""

import sys
from functools import partial

from edgeclassify.archive.running.classifying_process import ClassifyingProcess
from edgeclassify.archive.wanted import Wanted

SCRIPT = """
import os, sys, time
from edgeclassify.archive import classifying
from edgeclassify.archive.reading import streams
from edgeclassify.archive.running import worker
plain = classifying.read_batch
def read_batch(batch, side):
    for image in plain(batch, side):
        if "aborts" in image.path:
            os.abort()
        if "killed" in image.path:
            os.kill(os.getpid(), 9)
        if "hangs" in image.path:
            time.sleep(60)
        if "huge" in image.path:
            raise MemoryError
        if "skips" in image.path:
            for _ in range(30):
                time.sleep(0.1)
                streams._skips()
        if "bug" in image.path:
            raise LookupError("a bug of ours")
        yield image
classifying.read_batch = read_batch
worker.HUNG_S = int(os.environ.get("HUNG_S", "180"))
sys.exit(worker.main())
"""


def deadly_command(descriptor: int) -> list[str]:
    return [sys.executable, "-P", "-c", SCRIPT, str(descriptor)]


def deadly_process(wanted: Wanted, limit_s: float = 30.0) -> ClassifyingProcess:
    return ClassifyingProcess(wanted, limit_s=limit_s, command=deadly_command)


impatient_process = partial(deadly_process, limit_s=2.0)
