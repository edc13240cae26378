"""A wheel as others see it: name, version, what it says of its licence, which native libraries it brings along."""

import hashlib
import re
import zipfile
from dataclasses import dataclass
from email import message_from_string
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name

_LICENCE_FILE = re.compile(
    r"\.dist-info/(?:licenses/)?[^/]*(?:LICEN[SC]E|COPYING|NOTICE|edl-v|epl-v)[^/]*$", re.IGNORECASE
)


@dataclass(frozen=True)
class Library:
    """A native library that a wheel brings from elsewhere: its file, and its SHA-256."""

    file: str
    sha256: str


@dataclass(frozen=True)
class Package:
    """A wheel's metadata. `stated`: what it says of its licence, in its own words, best first."""

    name: str
    version: str
    wheel: str
    sha256: str
    summary: str
    homepage: str
    stated: tuple[str, ...]
    licence_files: dict[str, str]  # path in the wheel → text
    requires: tuple[str, ...]
    top_level: tuple[str, ...]  # what lies in site-packages
    libraries: tuple[Library, ...]


def read_wheel(path: Path) -> Package:
    """The package in that wheel."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        (metadata_file,) = [name for name in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
        metadata = message_from_string(archive.read(metadata_file).decode())
        classifiers = [line for line in metadata.get_all("Classifier", []) if line.startswith("License ::")]
        said = [
            metadata["License-Expression"],
            metadata["License"],
            *(line.split(" :: ")[-1] for line in classifiers),
        ]
        return Package(
            name=str(canonicalize_name(metadata["Name"])),
            version=metadata["Version"],
            wheel=path.name,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            summary=metadata["Summary"] or "",
            homepage=_homepage(metadata["Home-page"], metadata.get_all("Project-URL", [])),
            stated=tuple(text.strip() for text in said if text and text.strip()),
            licence_files={
                name: archive.read(name).decode(errors="replace")
                for name in sorted(names)
                if _LICENCE_FILE.search(name)
            },
            requires=tuple(metadata.get_all("Requires-Dist", [])),
            top_level=tuple(sorted({_top(name) for name in names} - {""})),
            libraries=tuple(
                Library(PurePosixPath(name).name, hashlib.sha256(archive.read(name)).hexdigest())
                for name in sorted(names)
                if PurePosixPath(name).parent.name.endswith(".libs")
            ),
        )


def read_wheels(folder: Path) -> list[Package]:
    """All wheels of a folder, by name."""
    return sorted((read_wheel(path) for path in folder.glob("*.whl")), key=lambda package: package.name)


def _homepage(stated: str | None, links: list[str]) -> str:
    if stated and stated.startswith("http"):
        return stated
    urls = [link.partition(",")[2].strip() for link in links]
    return next((url for url in urls if url.startswith("http")), "")


def _top(name: str) -> str:
    """The folder or module of site-packages that a file of the wheel belongs to."""
    parts = PurePosixPath(name).parts
    if parts[0].endswith(".data"):
        return parts[2] if len(parts) > 2 and parts[1] in ("purelib", "platlib") else ""
    return parts[0]
