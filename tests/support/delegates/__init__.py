"""Delegates of the tests' own: shared libraries, each a small C source beside this file."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.waiting import patient

_FLAGS = ("-shared", "-fPIC", "-O1", "-Wall", "-Werror")


def delegate(name: str, folder: Path) -> Path:
    """The library of one of the sources, compiled into a folder. Skips the test where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("a C compiler is not installed")
    library = folder / f"lib{name}.so"
    source = Path(__file__).with_name(f"{name}.c")
    subprocess.run([compiler, *_FLAGS, "-o", str(library), str(source)], check=True, timeout=patient(60))
    return library
