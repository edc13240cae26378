"""A copy of the tree in which one mutant after the other meets its tests.

Each meets them in a process forked from one that has loaded what the tests need of others, and nothing of ours.
"""

import contextlib
import importlib
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build")
_PRELOADED = ("_pytest.assertion.rewrite", "cv2", "hypothesis.strategies", "numpy", "paho.mqtt.client", "pydantic")
_OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0")
_MEMORY_BYTES = 6 << 30
"""What a mutant that fills the memory may have."""
_GRACE_S = 20.0
_OUTPUT = "mutants.out"
_fork = multiprocessing.get_context("fork")
_folder: tempfile.TemporaryDirectory[str] | None = None


class FailingTestsError(Exception):
    """The tests fail on the module as it is: of its mutants they say nothing."""


def enter_copy() -> None:
    """Make this process one that works in a copy of its own, which goes with it."""
    global _folder
    _folder = tempfile.TemporaryDirectory(prefix="mutants-")
    copy = Path(_folder.name) / ROOT.name
    shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
    os.chdir(copy)
    # Before an editable install, and in the place of the tree that this process was started in.
    sys.path[:] = [str(copy), *(path for path in sys.path if path and Path(path) != ROOT)]
    os.environ["PYTHONPATH"] = str(copy)
    for name in _PRELOADED:
        importlib.import_module(name)


def baseline(tests: Sequence[str]) -> float:
    """How many seconds one mutant may take: the tests on the module as it is have passed well within."""
    for _ in range(2):  # the first run compiles
        began = time.monotonic()
        if _run(tests, limit_s=600.0, compiles=True) != pytest.ExitCode.OK:
            raise FailingTestsError(Path(_OUTPUT).read_text(encoding="utf-8"))
    return _GRACE_S + 5 * (time.monotonic() - began)


def noticed(path: str, code: str, tests: Sequence[str], limit_s: float) -> bool:
    """True where one of `tests` fails, or they take longer, with this code in the place of the module."""
    module = Path(path)
    source = module.read_bytes()
    for compiled in (module.parent / "__pycache__").glob(f"{module.stem}.*.pyc"):
        compiled.unlink()
    try:
        module.write_text(code, encoding="utf-8")
        return _run(tests, limit_s) != pytest.ExitCode.OK
    finally:
        module.write_bytes(source)


def _run(tests: Sequence[str], limit_s: float, *, compiles: bool = False) -> int | None:
    """The exit status of pytest; None where it took longer."""
    process = _fork.Process(target=_test, args=(tests, compiles))
    process.start()
    process.join(limit_s)
    in_time = not process.is_alive()
    with contextlib.suppress(ProcessLookupError):  # also what a test has started and left running
        os.killpg(process.pid or 0, signal.SIGKILL)
    process.join()
    return process.exitcode if in_time else None


def _test(tests: Sequence[str], compiles: bool) -> None:
    os.setsid()
    output = os.open(_OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    sys.dont_write_bytecode = not compiles
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    os._exit(pytest.main([*_OPTIONS, *tests]))
