"""Wheels for another machine: fetched by their hashes, and unpacked as pip would, without running anything."""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from target import CHECKOUT, BuildError, Target

BUILD_LOCK = CHECKOUT / "packaging/deb/build-lock.txt"
"""What makes our own wheel: setuptools, by its hash."""
_PROJECT = ("pyproject.toml", "README.md", "LICENSE", "edgeclassify")
_NEWEST_GLIBC = {"bookworm": 36, "trixie": 41}
_DATA_LEFT_OUT = ("scripts", "data", "headers")
"""Folders of NAME.data that are of no use here: commands are ours, headers are for compilers."""
_LEFT_OUT = (
    "*.dist-info/RECORD",  # it names files that are not here
    "*.dist-info/WHEEL",  # as the one above it is for pip, which has no business in a package's folder
    "*.pyi",
    "ai_edge_litert/aot/*",  # what compiles models for processors of phones, and their plugins
    "ai_edge_litert/vendors/*",
    "ai_edge_litert/tools/*",
    "ai_edge_litert/libLiteRtWebGpuAccelerator.so",
    "cv2/data/*.xml",  # faces, eyes, cats: the detectors of twenty years ago
    "numpy/*/tests/*",
    "numpy/tests/*",
    "numpy/core/include/*",  # for compilers
    "numpy/_core/include/*",
    "numpy/f2py/*",
    "tqdm/completion.sh",
    "*/__pycache__/*",
)
"""Files of the wheels that nothing here loads: a third of the package."""


def fetch(target: Target, cache: Path) -> list[Path]:
    """The wheels of the target's lock file, in the folder `cache`, which keeps them for the next time."""
    if not target.lock.exists():
        raise BuildError(f"{target.lock}: not there; it says which wheels belong to {target.name}")
    version = "".join(map(str, target.suite.python))
    for_target = [
        "--implementation", "cp", "--python-version", target.python,
        "--abi", f"cp{version}", "--abi", "abi3", "--abi", "none", *_platforms(target),
    ]  # fmt: skip
    return _download(target.lock, cache, for_target)


def build_own(work: Path, cache: Path, epoch: int) -> Path:
    """The wheel of this checkout, made in the folder `work` by the setuptools of the lock.

    From a copy: building leaves files behind, and files of a build before would come along.
    """
    tools = cache / "build"
    _download(BUILD_LOCK, tools, [])
    copy = work / "project"
    copy.mkdir(parents=True)
    for part in _PROJECT:
        source = CHECKOUT / part
        if source.is_dir():
            shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy(source, copy / part)
    command = ["wheel", "--no-deps", "--no-index", "--find-links", str(tools), "--wheel-dir", str(work), str(copy)]
    _pip(command, SOURCE_DATE_EPOCH=str(epoch))
    (wheel,) = work.glob("edgeclassify-*.whl")
    return wheel


def unpack(wheels: Iterable[Path], into: Path) -> None:
    """Lay the packages of the wheels into the folder `into`, as they would lie in site-packages."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                place = _place(PurePosixPath(name))
                if place is None or name.endswith("/"):
                    continue
                file = into / place
                if file.exists():
                    raise BuildError(f"{wheel.name}: {place} is in another wheel too")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(archive.read(name))


def _place(name: PurePosixPath) -> PurePosixPath | None:
    """Where a file of a wheel goes; None: it is left out."""
    if ".." in name.parts or name.is_absolute():
        raise BuildError(f"a wheel wants to write to {name}")
    if name.parts[0].endswith(".data"):
        if name.parts[1] in _DATA_LEFT_OUT:
            return None
        name = PurePosixPath(*name.parts[2:])
    return None if any(fnmatch(str(name), pattern) for pattern in _LEFT_OUT) else name


def _platforms(target: Target) -> list[str]:
    """Newest first: pip takes the first that a wheel has."""
    newest = _NEWEST_GLIBC[target.suite.name]
    tags = [f"manylinux_2_{minor}" for minor in range(newest, 4, -1)]
    tags += ["manylinux2014", "manylinux2010", "manylinux1", "linux"]
    return [word for tag in tags for word in ("--platform", f"{tag}_{target.machine}")]


def _download(lock: Path, folder: Path, options: Sequence[str]) -> list[Path]:
    """What pip fetches into a fresh folder beside: files of an older lock must not stay."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
        wanted = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement", str(lock)]
        _pip(["download", *wanted, *options, "--find-links", str(folder), "--dest", fresh])
        found = {file.name for file in Path(fresh).iterdir()}
        for file in folder.iterdir():
            if file.is_file() and file.name not in found:
                file.unlink()
        for name in found:
            shutil.move(Path(fresh) / name, folder / name)
    return sorted(folder / name for name in found)


def _pip(arguments: Sequence[str], **environment: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(
        command, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise BuildError(f"pip {arguments[0]} ends with {done.returncode}:\n{done.stderr.strip()}")
