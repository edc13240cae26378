"""What was answered, put on the disk: the broker's password and the config, both or neither."""

import grp
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from edgeclassify.config.editing.config_file import conflict, unwritable, why_not_writable
from edgeclassify.errors import StorageError
from edgeclassify.files import StagedFile, printable, read_plain_file, sync_folder
from edgeclassify.service.places import CONFIG, NAME
from edgeclassify.setup.draft import Draft

_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Owners:
    """Who may read a new file. `group`: its id, None: that of whoever writes it."""

    mode: int
    group: int | None


def check_can_write(path: Path) -> None:
    """Raises StorageError where this user can't write a config there: before anything is asked."""
    if path.exists():
        why = why_not_writable(path)
    else:
        there = next(folder for folder in path.absolute().parents if folder.exists())
        is_ours = os.access(there, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)
        why = None if is_ours else f"{printable(there)} is not this user's to write to."
    if why is None:
        return
    if os.geteuid() != 0 and path.absolute().is_relative_to("/etc"):
        why = f"{printable(path)}: expected a place that this user may write to, found one of root's."
        raise StorageError(f"{why} Run: sudo edgeclassify setup, or name a file of your own: --config FILE")
    raise StorageError(why)


def write(draft: Draft) -> list[Path]:
    """The files that were written. Raises StorageError or ConfigConflictError; then all is as it was."""
    password_file = draft.config.mqtt.password_file
    contents: list[tuple[Path, bytes]] = []
    if draft.password is not None and password_file is not None:
        contents.append((password_file, f"{draft.password}\n".encode()))
    if draft.before is None:
        contents.append((draft.path, draft.text.encode()))
    elif draft.text != draft.before.text:
        contents.append((draft.path, draft.before.encoded(draft.text)))
    with ExitStack() as stack:
        owners = _owners(draft.path)
        staged = [(path, stack.enter_context(_staged(path, content, owners))) for path, content in contents]
        _check_unchanged(draft)
        _put_in_place(staged)
    return [path for path, _ in contents]


def _owners(config: Path) -> Owners:
    """Of new files: in the service's folder its group reads them, elsewhere nobody else does."""
    group = None
    if os.geteuid() == 0 and config.resolve().parent == CONFIG.parent:
        with suppress(KeyError):
            group = grp.getgrnam(NAME).gr_gid
    return Owners(0o600 if group is None else 0o640, group)


def _check_unchanged(draft: Draft) -> None:
    if draft.before is not None:
        draft.before.check_unchanged()
    elif draft.path.exists():
        raise conflict(draft.path)


@contextmanager
def _staged(path: Path, content: bytes, owners: Owners) -> Iterator[Path]:
    """The content in a file beside its place, with the rights that it is to have; gone at the end, if it is still
    there. Raises StorageError."""
    try:
        if path.exists():
            with StagedFile(path, content) as staged:
                yield staged.beside
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            _write_new(beside, content, owners)
            yield beside
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error


def _write_new(path: Path, content: bytes, owners: Owners) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if owners.group is not None:
            os.fchown(file.fileno(), -1, owners.group)
        os.fchmod(file.fileno(), owners.mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _put_in_place(staged: Sequence[tuple[Path, Path]]) -> None:
    """One after the other; where one fails, those before it become what they were."""
    with ExitStack() as undone:
        for path, beside in staged:
            undone.callback(_restore, path, _kept(path))
            real = path.resolve()
            try:
                beside.replace(real)
                sync_folder(real.parent)
            except OSError as error:
                raise unwritable(path, error) from error
        undone.pop_all()


def _kept(path: Path) -> bytes | None:
    try:
        return read_plain_file(path, _MOST_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unwritable(path, error) from error


def _restore(path: Path, before: bytes | None) -> None:
    with suppress(OSError):
        if before is None:
            path.unlink(missing_ok=True)
        else:
            StagedFile(path, before).put_in_place()
