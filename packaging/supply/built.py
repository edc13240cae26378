"""Wheel and source archive: built, looked into, installed where nothing else is, and run there."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from supply.project import PROJECT

# Each stands for a kind of file that a wheel has lost before somebody noticed.
_MUST_BE_THERE = (
    r"edgeclassify/__main__\.py", r"edgeclassify/py\.typed", r"edgeclassify/__init__\.pyi",
    r"edgeclassify/model/builtin/.*\.tflite",
    r"edgeclassify/demo/photos/.*\.jpg", r"edgeclassify/web/assets/.*\.js", r"edgeclassify/web/assets/.*\.css",
    r"edgeclassify/service/units/.*\.service", r".*\.dist-info/licenses/LICENSE",
    r".*\.dist-info/entry_points\.txt",
)  # fmt: skip
_OURS = re.compile(r"edgeclassify(-[^/]+\.dist-info)?/")
_NOT_FOR_OTHERS = re.compile(r"\.pyc$|/\.venv|/\.git/|__pycache__|/\.env$|\.pem$|\.key$")


def build(folder: Path) -> tuple[Path, Path]:
    """Wheel and source archive, in the folder, of what git knows of the checkout: files of an earlier build, or of
    nobody, would come along. Raises CalledProcessError."""
    copy = folder / "checkout"
    listed = ["git", "-C", str(PROJECT.parent), "ls-files", "-z", "--cached"]
    names = subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (PROJECT.parent / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT.parent / name, copy / name)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(copy)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, source


def content_faults(wheel: Path, source: Path) -> Iterator[str]:
    """What is missing in them, and what does not belong there."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for pattern in _MUST_BE_THERE:
        if not any(re.fullmatch(pattern, name) for name in names):
            yield f"{wheel.name}: nothing in it is {pattern}"
    in_checkout = {
        path.relative_to(PROJECT.parent).as_posix() for path in (PROJECT.parent / "edgeclassify").rglob("*.py")
    }
    for name in sorted(in_checkout - set(names)):
        yield f"{wheel.name}: {name} is missing"
    for name in names:
        if not _OURS.match(name):
            yield f"{wheel.name}: {name} is outside the package"
    with tarfile.open(source) as archive_of_source:
        names += [name.partition("/")[2] for name in archive_of_source.getnames()]
    for name in names:
        if _NOT_FOR_OTHERS.search(f"/{name}"):
            yield f"{name} is not for others"


def twine_faults(wheel: Path, source: Path) -> Iterator[str]:
    """What an index would refuse, and what it would show wrongly."""
    command = [sys.executable, "-m", "twine", "check", "--strict", str(wheel), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        yield done.stdout.strip() + done.stderr.strip()


def run_faults(wheel: Path, folder: Path) -> Iterator[str]:
    """The wheel in an environment with nothing else, and the demo out of it, far from the checkout."""
    environment, away = folder / "environment", folder / "away"
    away.mkdir()
    clean = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTHON", "EDGECLASSIFY", "VIRTUAL"))
    }
    program = str(environment / "bin/edgeclassify")
    commands = [
        [sys.executable, "-m", "venv", str(environment)],
        [str(environment / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", f"{wheel}[demo]"],
        [program, "--version"],
        [program, "check", "--help"],
        [program, "demo", "--frames", "6"],
    ]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, cwd=away, env=clean, check=False)
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-3:]
            said = " ".join([Path(command[0]).name, *command[1:]])
            yield f"{said}: exit status {done.returncode}: {' | '.join(last)}"
            return
