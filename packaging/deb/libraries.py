"""Which packages of Debian native code needs: dpkg-shlibdeps can tell that only of its own machine."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from target import BuildError

_PACKAGES = {
    "libstdc++.so.6": "libstdc++6",
    "libgcc_s.so.1": "libgcc-s1",
    "libz.so.1": "zlib1g",
    "libatomic.so.1": "libatomic1",
}
_GLIBC = re.compile(r"(lib(c|m|dl|pthread|rt|util)\.so\.\d+|ld-linux[-\w]*\.so\.\d+)$")
_NEEDED = re.compile(r"\(NEEDED\).*\[(.*)\]")
_GLIBC_VERSION = re.compile(r"Name: GLIBC_(2\.\d+)")
_MACHINE = re.compile(r"^ +Machine: +(.*)$", re.MULTILINE)


def dependencies(folder: Path, elf: str) -> list[str]:
    """Of all native code below `folder`, as for Depends. `elf`: the processor that it must be for.

    Raises BuildError for code of another processor, and for a library that nobody brings.
    """
    objects = sorted(_native(folder))
    if not objects:
        return []
    brought = {file.name for file in objects}
    needs: set[str] = set()
    glibc: set[tuple[int, ...]] = set()
    for said in _read(objects):
        machine = _MACHINE.search(said)
        if machine is None or elf not in machine[1]:
            raise BuildError(
                f"native code for {machine[1] if machine else 'no processor'}, not {elf}:\n{said[:200]}"
            )
        needs.update(_NEEDED.findall(said))
        glibc.update(tuple(map(int, version.split("."))) for version in _GLIBC_VERSION.findall(said))
    packages = {_package(name) for name in needs - brought} - {None}
    newest = ".".join(map(str, max(glibc)))
    return [f"libc6 (>= {newest})", *sorted(name for name in packages if name)]


def _package(library: str) -> str | None:
    """None: it belongs to libc6."""
    if _GLIBC.match(library):
        return None
    if library not in _PACKAGES:
        raise BuildError(
            f"native code needs {library}: no wheel brings it, and no package of Debian is known for it"
        )
    return _PACKAGES[library]


def _native(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            with file.open("rb") as opened:
                if opened.read(4) == b"\x7fELF":
                    yield file


def _read(objects: Iterable[Path]) -> Iterator[str]:
    for file in objects:
        command = ["readelf", "--wide", "--file-header", "--dynamic", "--version-info", str(file)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        except FileNotFoundError:
            raise BuildError("readelf is not there; sudo apt install binutils") from None
        yield f"{file}\n{done.stdout}"
