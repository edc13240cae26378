"""Files put in place all together or not at all: each is written beside its place first, and what was there is
kept until the last one is done."""

import difflib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from edgeclassify.errors import StorageError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.service.files import ServiceFile

_ENDING = ".edgeclassify-new"


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link at `path`."""

    path: Path
    target: Path


class Changes:
    """stage() writes, put() renames, undo() takes back what put() did. Each raises StorageError."""

    def __init__(self, files: Sequence[ServiceFile], links: Sequence[Link] = ()) -> None:
        self._files = [file for file in files if _text(file.path) != file.text]
        self._links = [link for link in links if _target(link.path) != link.target]
        self._before: list[tuple[Path, bytes | Path | None]] = []
        self._folders: list[Path] = []

    @property
    def paths(self) -> list[Path]:
        """What is new or changes."""
        return [file.path for file in self._files] + [link.path for link in self._links]

    def shown(self) -> Iterator[str]:
        """Every file that changes, with its text, or with what differs."""
        for file in self._files:
            before = _text(file.path)
            if before is None:
                yield f"new: {file.path} (mode {file.mode:o})"
                yield from (f"    {line}" for line in file.text.splitlines())
            else:
                yield f"changed: {file.path}"
                lines = difflib.unified_diff(before.splitlines(), file.text.splitlines(), lineterm="", n=1)
                yield from (f"    {line}" for line in list(lines)[2:])
        for link in self._links:
            yield f"link: {link.path} -> {link.target}"

    def stage(self) -> None:
        """Write everything beside its place; nothing is left where that fails."""
        try:
            for file in self._files:
                self._make_folder(file.path.parent)
                _write(_beside(file.path), file)
            for link in self._links:
                self._make_folder(link.path.parent)
                _beside(link.path).unlink(missing_ok=True)
                _beside(link.path).symlink_to(link.target)
        except OSError as error:
            self.drop()
            raise _failed(error) from error

    def put(self) -> None:
        """Let all take their places; where one can't, none has."""
        try:
            for path in self.paths:
                before: bytes | Path | None = None
                if path.is_symlink():
                    before = path.readlink()
                elif path.exists():
                    before = path.read_bytes()
                _beside(path).replace(path)
                self._before.append((path, before))
        except OSError as error:
            self.undo()
            raise _failed(error) from error

    def undo(self) -> None:
        """All is as it was."""
        for path, before in reversed(self._before):
            path.unlink(missing_ok=True)
            if isinstance(before, Path):
                path.symlink_to(before)
            elif before is not None:
                path.write_bytes(before)
                path.chmod(0o644)
        self._before.clear()
        self.drop()

    def drop(self) -> None:
        """What is beside goes, and the folders that were made for it, where nothing is in them."""
        for path in self.paths:
            _beside(path).unlink(missing_ok=True)
        for folder in reversed(self._folders):
            try:
                folder.rmdir()
            except OSError:
                continue
        self._folders.clear()

    def _make_folder(self, folder: Path) -> None:
        new = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(new):
            one.mkdir(mode=0o755)
            self._folders.append(one)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}{_ENDING}")


def _write(path: Path, file: ServiceFile) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, file.mode)
    with os.fdopen(descriptor, "wb") as opened:
        os.fchmod(descriptor, file.mode)
        opened.write(file.text.encode())
        opened.flush()
        os.fsync(descriptor)


def _text(path: Path) -> str | None:
    try:
        return None if path.is_symlink() else path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _target(path: Path) -> Path | None:
    return path.readlink() if path.is_symlink() else None


def _failed(error: OSError) -> StorageError:
    return StorageError(
        f"{error.filename or 'a file of the service'}: can't be written: {error.strerror}. Is there room, and "
        "may you write there? Nothing was changed."
    )
