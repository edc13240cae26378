"""numpy's linear algebra runs in one thread: others would wait by spinning, on the cores that inference needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import edgeclassify.__main__, os
import numpy as np
matrix = np.ones((1000, 1000), np.float32)
matrix @ matrix
print(os.environ["OPENBLAS_NUM_THREADS"], len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no /proc/self/task on this system")
@pytest.mark.parametrize(("said", "wanted"), [(None, "1"), ("2", "2")])
def test_one_thread_unless_somebody_says_otherwise(said: str | None, wanted: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_NUM_THREADS"}
    if said is not None:
        environment["OPENBLAS_NUM_THREADS"] = said
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    found, threads = done.stdout.split()
    assert found == wanted
    assert said is not None or threads == "1"
