"""What another user may read, worked out from owner, mode and access list."""

import errno
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.files.rights import Account, Obstacle, Right, obstacle

ME, GROUP = os.geteuid(), os.getegid()
STRANGER = Account("edge", 4711, frozenset({4712}))
MEMBER = Account("edge", 4711, frozenset({GROUP}))
OWNER = Account("edge", ME or 4713, frozenset())


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may pass, other than pytest's."""
    made = Path(tempfile.mkdtemp(prefix="edgeclassify-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def made(folder: Path, mode: int) -> Path:
    path = folder / "file"
    path.touch()
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("account", "mode", "stuck"),
    [
        (STRANGER, 0o644, False),
        (STRANGER, 0o640, True),
        (STRANGER, 0o604, False),
        (MEMBER, 0o640, False),
        (MEMBER, 0o604, True),  # the group's bits count, though others may
        (MEMBER, 0o620, True),
    ],
)
def test_owner_group_and_others(account: Account, mode: int, stuck: bool, folder: Path) -> None:
    path = made(folder, mode)
    assert obstacle(account, path) == (Obstacle(path, Right.READ) if stuck else None)


@pytest.mark.parametrize(("mode", "stuck"), [(0o400, False), (0o077, True)])
def test_the_owners_bits_count_for_him_alone(mode: int, stuck: bool, folder: Path) -> None:
    path = made(folder, mode)
    if ME == 0:
        os.chown(path, OWNER.uid, -1)
    assert (obstacle(OWNER, path) is not None) is stuck


@pytest.mark.parametrize(("mode", "stuck"), [(0o602, False), (0o605, True)])
def test_a_file_is_written_to_without_more_rights(mode: int, stuck: bool, folder: Path) -> None:
    assert (obstacle(STRANGER, made(folder, mode), Right.WRITE) is not None) is stuck


def test_root_is_never_stuck(folder: Path) -> None:
    assert obstacle(Account("root", 0, frozenset()), made(folder, 0)) is None


@pytest.mark.parametrize(("mode", "stuck"), [(0o711, False), (0o744, True), (0o700, True)])
def test_folders_on_the_way_must_let_pass(mode: int, stuck: bool, folder: Path) -> None:
    (folder / "deep").mkdir()
    path = made(folder / "deep", 0o644)
    (folder / "deep").chmod(mode)
    assert obstacle(STRANGER, path) == (Obstacle(folder / "deep", Right.PASS) if stuck else None)


def test_what_a_link_leads_to_counts(folder: Path) -> None:
    path = made(folder, 0o600)
    (folder / "link").symlink_to("file")
    assert obstacle(STRANGER, folder / "link") == Obstacle(path, Right.READ)


@pytest.mark.parametrize(
    ("mode", "wanted", "lacking"),
    [
        (0o755, Right.READ, None),
        (0o754, Right.READ, Right.READ | Right.PASS),
        (0o751, Right.READ, Right.READ | Right.PASS),
        (0o757, Right.WRITE, None),
        (0o755, Right.WRITE, Right.WRITE | Right.PASS),
    ],
)
def test_a_folder_is_read_by_listing_and_passing(
    mode: int, wanted: Right, lacking: Right | None, folder: Path
) -> None:
    inner = folder / "deep"
    inner.mkdir()
    inner.chmod(mode)
    assert obstacle(STRANGER, inner, wanted) == (None if lacking is None else Obstacle(inner, lacking))


USER, NAMED, OWNING, GROUPS, MASK, OTHER = 1, 2, 4, 8, 0x10, 0x20
NOBODY = 0xFFFFFFFF


def access_list(*entries: tuple[int, int, int]) -> bytes:
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.mark.parametrize(
    ("entries", "account", "allowed"),
    [
        ([(NAMED, 4, 4711), (MASK, 7, NOBODY), (OTHER, 0, NOBODY)], STRANGER, True),
        ([(NAMED, 4, 4711), (MASK, 3, NOBODY), (OTHER, 4, NOBODY)], STRANGER, False),
        ([(NAMED, 0, 4711), (OTHER, 4, NOBODY)], STRANGER, False),
        ([(NAMED, 4, 9999), (OTHER, 0, NOBODY)], STRANGER, False),
        ([(GROUPS, 4, 4712), (OTHER, 0, NOBODY)], STRANGER, True),
        ([(GROUPS, 4, 9999), (OTHER, 0, NOBODY)], STRANGER, False),
        ([(OWNING, 4, NOBODY), (MASK, 7, NOBODY), (OTHER, 0, NOBODY)], MEMBER, True),
        ([(OWNING, 4, NOBODY), (MASK, 0, NOBODY), (OTHER, 4, NOBODY)], MEMBER, False),
        ([(OWNING, 4, NOBODY), (OTHER, 0, NOBODY)], STRANGER, False),
        ([(OWNING, 0, NOBODY), (MASK, 0, NOBODY), (OTHER, 4, NOBODY)], STRANGER, True),
        # Ids of users are none of groups, and the other way round.
        ([(GROUPS, 4, 4711), (OTHER, 0, NOBODY)], STRANGER, False),
        ([(NAMED, 4, 4712), (OTHER, 0, NOBODY)], STRANGER, False),
        ([(NAMED, 4, 9999), (OWNING, 0, NOBODY), (MASK, 7, NOBODY), (OTHER, 0, NOBODY)], MEMBER, False),
    ],
)
def test_access_lists(
    entries: list[tuple[int, int, int]],
    account: Account,
    allowed: bool,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = made(folder, 0o600)

    def getxattr(place: Path, name: str) -> bytes:
        if place != path:
            raise OSError(errno.ENODATA, "none")
        assert name == "system.posix_acl_access"
        return access_list(*entries)

    monkeypatch.setattr(os, "getxattr", getxattr)
    assert (obstacle(account, path) is None) is allowed


def test_what_can_not_be_looked_at_can_not_be_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(folder, 0o644)

    def refuse(place: Path, name: str) -> bytes:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(os, "getxattr", refuse)
    found = obstacle(STRANGER, path)
    assert found is not None
    assert found.right is None
