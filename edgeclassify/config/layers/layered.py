"""A config file with those that it includes, merged: who includes wins."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgeclassify.config.layers.environment import MARK, UPDATE, Environment
from edgeclassify.config.layers.merging import Origins, Tree, document_of, merged, said
from edgeclassify.config.layers.update_layer import (
    UpdateChoice,
    config_in,
    forbidden_key,
    running_update,
    updates_folder,
)
from edgeclassify.config.reading import MAX_BYTES, config_bytes, config_text, parsed
from edgeclassify.documents.faults import report
from edgeclassify.documents.values import expanded, plain
from edgeclassify.errors import ConfigError
from edgeclassify.files import printable
from edgeclassify.lazy_dataclass import dataclass

INCLUDE = "include"
MOST_DEEP = 8
MOST_FILES = 64


@dataclass(frozen=True, slots=True)
class Layered:
    """`tree`: what is said, and where; `files`: all that were read, the main one last; `update`: the folder of the
    update among them, None: there is none."""

    tree: Tree
    main: Path
    files: tuple[Path, ...]
    update: Path | None = None

    @property
    def document(self) -> dict[str, Any]:
        """All of it, as one file would say it."""
        return {key: value for key, value in document_of(self.tree).items() if key != INCLUDE}

    @property
    def origins(self) -> Origins:
        """Which file each key comes from."""
        return Origins(self.tree, self.main)


def layered(document: Mapping[str, Any], path: Path, update: UpdateChoice | None = None) -> Layered:
    """A parsed document of the file at `path`, and all that belongs to it. Raises ConfigError.

    `update`: the one that lies below; None: that which runs here, where the config asks for updates at all.
    """
    reading = _Reading()
    tree = reading.tree(document, path, (path.resolve(),))
    choice = _choice(document_of(tree), path, update)
    if choice.folder is not None and (config := config_in(choice.folder)) is not None:
        below = reading.of_update(config, choice.folder)
        tree = merged(below, tree)
    return Layered(tree, path, (*reading.files, path), choice.folder)


def _choice(document: Mapping[str, Any], path: Path, update: UpdateChoice | None) -> UpdateChoice:
    if "updates" not in document:
        return UpdateChoice(None)
    if update is not None:
        return update
    folder = updates_folder(document, path.resolve().parent)
    return UpdateChoice(None) if folder is None else running_update(folder)


class _Reading:
    """What was read so far. `files`: in the order in which they were."""

    def __init__(self) -> None:
        self.files: list[Path] = []
        self._bytes = 0

    def tree(self, document: Mapping[str, Any], path: Path, chain: tuple[Path, ...]) -> Tree:
        """What a file says, over what it includes. `chain`: the files that lead here, it last, resolved."""
        filled = _filled(document, path, Environment())
        tree: Tree = {}
        for named in _includes(filled, path):
            tree = merged(tree, self._included(_place(named, path, chain[-1]), path, chain))
        return merged(tree, said(filled, path))

    def of_update(self, config: Path, folder: Path) -> Tree:
        """What an update says: it includes nothing."""
        document = self._read(config)
        if (key := forbidden_key(document)) is not None:
            raise ConfigError(
                f"{config}: {key}: expected no such key in an update, since a node says that itself, found one."
            )
        return said(_filled(document, config, Environment({UPDATE: str(folder)})), config)

    def _included(self, path: Path, by: Path, chain: tuple[Path, ...]) -> Tree:
        real = _real(path, by)
        if real in chain:
            way = " → ".join(str(one) for one in (*chain[chain.index(real) :], real))
            raise ConfigError(
                f"{by}: include: expected files that do not include each other, found {way}. Take one of them out."
            )
        if len(chain) > MOST_DEEP:
            raise ConfigError(
                f"{by}: include: expected files at most {MOST_DEEP} deep, found more. Include them at the top."
            )
        if len(self.files) >= MOST_FILES:
            raise ConfigError(
                f"{by}: include: expected at most {MOST_FILES} files, found more. Put some together."
            )
        document = self._read(path, by)
        tree = self.tree(document, path, (*chain, real))
        return {key: one for key, one in tree.items() if key != INCLUDE}

    def _read(self, path: Path, by: Path | None = None) -> dict[str, Any]:
        """`by`: who includes it."""
        content = config_bytes(path) if by is None else _included_bytes(path, by)
        self._bytes += len(content)
        if self._bytes > MAX_BYTES:
            raise ConfigError(
                f"{path}: expected included files of at most {MAX_BYTES} bytes in all, found more with this one."
            )
        self.files.append(path)
        return parsed(config_text(content, path), path)


def _place(named: str, by: Path, real_by: Path) -> Path:
    """Where a file is that `by`, which lies at `real_by`, includes. Raises ConfigError."""
    try:
        return real_by.parent / plain(expanded(named))
    except ValueError as error:
        raise ConfigError(
            f"{by}: include: expected a file's name without control characters, found {printable(named)}. "
            "Write its name anew."
        ) from error


def _real(path: Path, by: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links in a circle, up to Python 3.12
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"{by}: include: expected a readable file {path}: {reason}. Name another one."
        ) from error


def _included_bytes(path: Path, by: Path) -> bytes:
    try:
        return config_bytes(path)
    except ConfigError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise ConfigError(
                f"{by}: include: expected the file {path}, found nothing there. Paths are relative to the file "
                "that includes them."
            ) from error
        raise ConfigError(f"{by}: include: {error}") from error


def _filled(document: Mapping[str, Any], path: Path, environment: Environment) -> dict[str, Any]:
    filled: dict[str, Any] = environment.filled(dict(document))
    if environment.faults:
        raise ConfigError(report(str(path), environment.faults))
    return filled


def _includes(document: Mapping[str, Any], path: Path) -> list[str]:
    names = document.get(INCLUDE, [])
    if not isinstance(names, list) or not all(
        isinstance(name, str) and name and MARK not in name for name in names
    ):
        raise ConfigError(
            f'{path}: include: expected a list of files, as in ["common.toml"], found something else. It stands '
            "at the top of the file, before the first [table]."
        )
    return names
