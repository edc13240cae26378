"""No part of ours makes code while it runs: with each runtime and as a whole, under MemoryDenyWriteExecute=."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import write_or_execute

PHOTOS = Path(__file__).parents[2] / "edgeclassify/demo/photos"
GAIN = """
import mmap
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
except PermissionError:
    print("refused")
"""


def closed(*command: str) -> "subprocess.CompletedProcess[str]":
    """What a command does that may not execute what it has written."""
    done = subprocess.run(
        [sys.executable, write_or_execute.__file__, sys.executable, *command],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == write_or_execute.UNKNOWN:
        pytest.skip("this kernel does not refuse memory that is written and executed (before Linux 6.3)")
    return done


def test_it_is_refused() -> None:
    assert closed("-c", GAIN).stdout == "refused\n"


@pytest.mark.parametrize("runtime", ["litert", "tflite-runtime"])
def test_each_runtime_infers(runtime: str) -> None:
    done = closed("-m", "edgeclassify", "classify", "--json", "--runtime", runtime, str(PHOTOS))
    if "is not usable here" in done.stderr:
        pytest.skip(f"this Python has no {runtime}")
    assert done.returncode == 0, done.stderr
    best = {Path(one["path"]).name: one["top"][0]["label"] for one in map(json.loads, done.stdout.splitlines())}
    assert best["espresso.jpg"] == "espresso"


def test_the_page_and_the_whole_daemon_run() -> None:
    done = closed("-m", "edgeclassify", "demo", "--frames", "3", "--json")
    assert done.returncode == 0, done.stderr
