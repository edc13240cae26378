"""The access file."""

import os
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from edgeclassify.errors import PageError, StorageError
from edgeclassify.web.safety.access_file import MOST_TOKENS, AccessFile, read_access, write_access
from edgeclassify.web.safety.passwords import password_hash

HASH = password_hash("rather secret words")
Unprivileged = Callable[[], AbstractContextManager[None]]


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "deep/web-access.json"
    assert read_access(path) is None
    access = AccessFile(HASH).with_token("ha", "ect_x", may_change=False).with_token("b", "ect_y", may_change=True)
    write_access(path, access)
    assert read_access(path) == access
    assert "ect_" not in path.read_text()
    assert list(path.parent.iterdir()) == [path]


def test_not_everybody_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "web-access.json"
    before = os.umask(0)
    try:
        write_access(path, AccessFile(HASH), group=os.getegid())
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_what_somebody_has_laid_in_its_place_is_not_written_to(tmp_path: Path) -> None:
    victim, path = tmp_path / "victim", tmp_path / "web-access.json"
    victim.write_text("mine")
    path.symlink_to(victim)
    write_access(path, AccessFile(HASH))
    assert victim.read_text() == "mine"
    assert not path.is_symlink()


def test_tokens_come_go_and_have_a_bound() -> None:
    access = AccessFile()
    for i in range(MOST_TOKENS):
        access = access.with_token(f"t{i}", f"ect_{i}", may_change=False)
    with pytest.raises(StorageError, match="at most 50 tokens"):
        access.with_token("more", "ect_more", may_change=False)
    assert access.with_token("t1", "ect_new", may_change=True).tokens["t1"].may_change
    assert "t1" not in access.without_token("t1").tokens


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"password": 5, "tokens": {}}',
        b'{"password": "x", "tokens": {}}',
        b'{"password": null, "tokens": []}', b'{"password": null, "tokens": {"a": {}}}', b"[" * 99_000,
        b'{"password": null, "tokens": {"a": {"sha256": "\xc3\xa4", "may_change": false}}}', b" " * 200_000,
    ],
)  # fmt: skip
def test_what_is_none_is_one_message(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "web-access.json"
    path.write_bytes(content)
    with pytest.raises(PageError, match=r"web-access\.json: expected a file that `edgeclassify web password` has"):
        read_access(path)


def test_one_that_is_not_for_us_is_one_message(tmp_path: Path, unprivileged: Unprivileged) -> None:
    path = tmp_path / "web-access.json"
    write_access(path, AccessFile(HASH))
    path.chmod(0o600 if os.geteuid() == 0 else 0)
    with unprivileged(), pytest.raises(PageError, match=r"may read.*Permission denied.*mode 640"):
        read_access(path)


def test_a_pipe_in_its_place_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PageError, match="no plain file"):
        read_access(tmp_path / "pipe")


def test_a_folder_that_can_not_be_written_to_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"can't be written: .*web\.access_file"):
        write_access(tmp_path / "file/web-access.json", AccessFile(HASH))
