"""What was answered, put on the disk: the broker's password and the config, both or neither.

Called as root, in a folder that the service may write to: a password goes into a plain file with one name, never
to where a link leads.
"""

import grp
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from edgeclassify.config.editing.config_file import conflict, unwritable, why_not_writable
from edgeclassify.errors import StorageError
from edgeclassify.files import printable, read_plain_file, sweep_staged, sync_folder
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.service.places import CONFIG, NAME
from edgeclassify.setup.draft import Draft

_MOST_BYTES = 1_000_000
_NOT_GIVEN = -1


@dataclass(frozen=True, slots=True)
class Rights:
    """Of a file: mode, and the ids of owner and group; -1: those of whoever writes it."""

    mode: int
    owner: int = _NOT_GIVEN
    group: int = _NOT_GIVEN


@dataclass(frozen=True, slots=True)
class _Staged:
    """`place`: where the content belongs; `new`: where it is meanwhile; `old`: a copy of what is there now, None:
    there is nothing. Both lie beside the place."""

    place: Path
    new: Path
    old: Path | None


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
    is_services = _is_services(draft.path)
    new = _rights_of_new_files(is_services)
    contents: list[tuple[Path, Path, bytes, Rights]] = []
    password_file = draft.config.mqtt.password_file
    if draft.password is not None and password_file is not None:
        place = _place_of_password(password_file, is_services)
        rights = new if is_services else _rights_of(place) or new
        contents.append((password_file, place, f"{draft.password}\n".encode(), rights))
    if draft.before is None or draft.text != draft.before.text:
        place = _place_of_config(draft.path, is_services)
        content = draft.text.encode() if draft.before is None else draft.before.encoded(draft.text)
        contents.append((draft.path, place, content, _rights_of(place) or new))
    with ExitStack() as stack:
        staged = [stack.enter_context(_staged(place, content, rights)) for _, place, content, rights in contents]
        _check_unchanged(draft)
        _put_in_place(staged)
    return [path for path, *_ in contents]


def _is_services(config: Path) -> bool:
    return os.geteuid() == 0 and config.resolve().parent == CONFIG.parent


def _rights_of_new_files(is_services: bool) -> Rights:
    """In the service's folder its group reads them, elsewhere nobody else does."""
    if is_services:
        with suppress(KeyError):
            return Rights(0o640, 0, grp.getgrnam(NAME).gr_gid)
    return Rights(0o600)


def _rights_of(place: Path) -> Rights | None:
    """Those of the file that is there."""
    try:
        status = place.lstat()
    except OSError:
        return None
    return Rights(stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)


def _place_of_password(path: Path, is_services: bool) -> Path:
    """Raises StorageError for a file that may be somebody else's."""
    place = path.parent.resolve() / path.name
    if is_services and place.parent != CONFIG.parent:
        raise StorageError(
            f"{printable(path)}: expected the service's password file in {CONFIG.parent}, found it elsewhere. "
            "Nothing was changed; write the password there by hand, or take mqtt.password_file out of the config."
        )
    try:
        status = place.lstat()
    except FileNotFoundError:
        return place
    except OSError as error:
        raise unwritable(path, error) from error
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
        raise StorageError(
            f"{printable(path)}: expected a plain file with one name for the broker's password, found a link or "
            "something else. Nothing was changed; look where it comes from, and remove it."
        )
    return place


def _place_of_config(path: Path, is_services: bool) -> Path:
    """Links to a config stay links, but for one that the service itself has put there. Raises StorageError."""
    if is_services and path.is_symlink() and path.lstat().st_uid != 0:
        raise StorageError(
            f"{printable(path)}: expected a plain file or a link of root's, found a link of another user's. "
            "Nothing was changed; look where it leads, and put a file in its place."
        )
    return path.resolve() if path.is_symlink() else path.parent.resolve() / path.name


def _check_unchanged(draft: Draft) -> None:
    if draft.before is not None:
        draft.before.check_unchanged()
    elif draft.path.exists():
        raise conflict(draft.path)


@contextmanager
def _staged(place: Path, content: bytes, rights: Rights) -> Iterator[_Staged]:
    """The content beside its place, and a copy of what it replaces: from here on nothing needs room on the disk.
    Both are gone at the end, where they are still there. Raises StorageError."""
    new, old = _beside(place), _beside(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        sweep_staged(place)
        try:
            _write_new(new, content, rights)
            before = _rights_of(place)
            if before is not None:
                _write_new(old, read_plain_file(place, _MOST_BYTES), before)
            yield _Staged(place, new, None if before is None else old)
        finally:
            for one in (new, old):
                with suppress(OSError):
                    one.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(place, error) from error


def _beside(place: Path) -> Path:
    return place.with_name(f"{place.name}.{secrets.token_hex(4)}.tmp")


def _write_new(path: Path, content: bytes, rights: Rights) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchown(file.fileno(), rights.owner, rights.group)
        os.fchmod(file.fileno(), rights.mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _put_in_place(staged: Sequence[_Staged]) -> None:
    """One after the other; where one fails, those before it become what they were."""
    with ExitStack() as undone:
        for one in staged:
            undone.callback(_restore, one)
            try:
                one.new.replace(one.place)
                sync_folder(one.place.parent)
            except OSError as error:
                raise unwritable(one.place, error) from error
        undone.pop_all()


def _restore(one: _Staged) -> None:
    with suppress(OSError):
        if one.old is None:
            one.place.unlink(missing_ok=True)
        else:
            one.old.replace(one.place)
