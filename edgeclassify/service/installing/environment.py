"""/opt/edgeclassify: an environment of the service's own, made beside the one before and put in its place at once.

It sees Debian's packages (python3-picamera2). Made of a checkout by pip, or a copy of the packages that run now.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from edgeclassify.errors import ServiceError, StorageError

HOME = Path("/opt/edgeclassify")
STAGED, BEFORE = HOME.with_name(".edgeclassify.new"), HOME.with_name(".edgeclassify.before")
_OF_A_CHECKOUT = ("pyproject.toml", "README.md", "LICENSE", "edgeclassify")
_FOR_VENV = "On Debian: sudo apt install python3-venv"


def stage_checkout(checkout: Path, home: Path = HOME, staged: Path = STAGED) -> None:
    """An environment with the package of this checkout, at `staged`. Raises ServiceError, and leaves nothing.

    Where there is one of the same Python at `home` it begins as a copy of that: pip takes what is new alone.
    """
    drop(staged)
    try:
        _begin(home, staged)
        # From a copy: building leaves files behind, and files of a former build would be installed again.
        with tempfile.TemporaryDirectory() as copy:
            for part in _OF_A_CHECKOUT:
                _copy(checkout / part, Path(copy) / part)
            _run("pip", str(staged / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install",
                 "--no-cache-dir", "--quiet", copy + "[web]")  # fmt: skip
        _rewrite_scripts(staged, home)
    except BaseException:
        drop(staged)
        raise


def python_of(environment: Path) -> str:
    """The minor version of its Python, as in 3.11; "" where it is none."""
    found = sorted(environment.glob("lib/python3.*/site-packages"))
    works = found and os.access(environment / "bin/python", os.X_OK)
    return found[-1].parent.name[len("python") :] if works else ""


class Swap:
    """What is staged, in the place of what is there; undone, or finished."""

    def __init__(self, home: Path = HOME, staged: Path = STAGED, before: Path = BEFORE) -> None:
        self._home, self._staged, self._before = home, staged, before
        self._done = False

    def put(self) -> None:
        """Raises StorageError; then all is as it was."""
        drop(self._before)
        try:
            if self._home.exists():
                self._home.rename(self._before)
            self._staged.rename(self._home)
            self._done = True
        except OSError as error:
            self.undo()
            raise StorageError(
                f"{self._home}: can't be put in place: {error.strerror}. Nothing was changed."
            ) from error

    def undo(self) -> None:
        """The environment before is there again, or none where there was none."""
        if self._done:
            drop(self._home)
        if self._before.exists():
            self._before.rename(self._home)
        self._done = False

    def finish(self) -> None:
        """The one before is of no use any more."""
        drop(self._before)


def drop(folder: Path) -> None:
    """Remove it, whatever it is."""
    shutil.rmtree(folder, ignore_errors=True)


def minor_version() -> str:
    """Of the Python that runs, as in 3.11."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def make_empty(python: str, folder: Path, *pip: str) -> None:
    """An environment that sees Debian's packages. `pip`: --without-pip. Raises ServiceError."""
    _run("venv", python, "-m", "venv", "--system-site-packages", *pip, str(folder), cure=_FOR_VENV)


def _begin(home: Path, staged: Path) -> None:
    same = python_of(home) == minor_version() and (home / "bin/pip").exists()
    if not same:
        # After an upgrade of the operating system the packages of the Python before are of no use.
        make_empty(sys.executable, staged)
        return
    try:
        shutil.copytree(home, staged, symlinks=True)
    except (OSError, shutil.Error) as error:
        raise StorageError(f"{staged}: no copy of {home} can be made: {error}. Is there room?") from error


def _rewrite_scripts(staged: Path, home: Path) -> None:
    """Let what was made at one place run at the other: commands name their interpreter by its path."""
    for script in (staged / "bin").iterdir():
        if script.is_symlink() or not script.is_file():
            continue
        content = script.read_bytes()
        if str(staged).encode() in content and b"\0" not in content:
            script.write_bytes(content.replace(str(staged).encode(), str(home).encode()))


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    elif source.exists():
        shutil.copy(source, target)


def _run(what: str, *command: str, cure: str = "Is there room, and a way to the package index?") -> None:
    """Raises ServiceError with the last line that the command said."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        wrong = [line for line in lines if "ERROR" in line or "Errno" in line or "Error" in line]
        said = (wrong or lines or [f"exit status {done.returncode}"])[-1]
        raise ServiceError(
            f"{what}: no environment can be made for the service: {said}. {cure} Nothing was changed."
        )
