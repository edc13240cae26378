"""A config file that is to be replaced: whether it can be, and that what it was stays beside it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from edgeclassify.config.editing.config_file import ConfigFile, etag_of, why_not_writable
from edgeclassify.config.editing.interface import ConfigConflictError
from edgeclassify.errors import ConfigError, StorageError

NOBODY = 65534


def as_nobody(call: Callable[[], str | None]) -> str | None:
    """What it gives to a user who owns nothing."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to be somebody else")
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.seteuid(NOBODY)
            os.write(theirs, (call() or "").encode())
        finally:
            os._exit(0)
    os.close(theirs)
    os.waitpid(child, 0)
    with os.fdopen(ours) as said:
        return said.read() or None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_mode & 0o011 != 0o011:  # so that others get to it
            folder.chmod(folder.stat().st_mode & 0o7777 | 0o011)
    folder = tmp_path / "config"
    folder.mkdir()
    path = folder / "c.toml"
    path.write_text("# mine\n")
    return path


def test_the_owner_of_file_and_folder_may_replace_it(path: Path) -> None:
    assert why_not_writable(path) is None
    said = as_nobody(lambda: why_not_writable(path))
    assert said is not None
    assert said.endswith(f"it and its folder must belong to nobody. Run: sudo chown nobody {path} {path.parent}")
    os.chown(path.parent, NOBODY, -1)
    said = as_nobody(lambda: why_not_writable(path))
    assert said is not None
    assert said.endswith(f"it must belong to nobody. Run: sudo chown nobody {path}")
    os.chown(path, NOBODY, -1)
    assert as_nobody(lambda: why_not_writable(path)) is None


def test_in_a_folder_where_each_may_replace_what_is_its_own_the_file_is_enough(path: Path) -> None:
    """As that of the service's config is."""
    path.parent.chmod(0o1777)
    assert "Run: sudo chown nobody" in str(as_nobody(lambda: why_not_writable(path)))
    os.chown(path, NOBODY, -1)
    assert as_nobody(lambda: why_not_writable(path)) is None
    assert as_nobody(lambda: _replaced(path)) == "# other\n"


def _replaced(path: Path) -> str:
    file = ConfigFile.read(path)
    file.put_in_place(file.stage_backup())
    file.put_in_place(file.stage(b"# other\n"))
    return path.read_text()


def test_a_file_that_others_may_write_still_has_an_owner_that_can_not_be_kept(path: Path) -> None:
    path.chmod(0o666)
    path.parent.chmod(0o777)
    assert "must belong to nobody" in str(as_nobody(lambda: why_not_writable(path)))


def test_what_is_no_file_can_not_be_replaced(path: Path) -> None:
    assert "expected a plain file" in str(why_not_writable(path.parent))
    assert "No such file" in str(why_not_writable(path.with_name("other")))
    with pytest.raises(ConfigError, match="found nothing there"):
        ConfigFile.read(path.with_name("other"))


def test_a_mark_at_the_begin_stays(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf# mine\n")
    file = ConfigFile.read(path)
    assert (file.text, file.encoded("# his\n")) == ("# mine\n", b"\xef\xbb\xbf# his\n")
    assert file.etag == etag_of(path.read_bytes()) != etag_of(b"# mine\n")


def test_no_more_is_written_than_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeclassify.config.editing.config_file.MAX_BYTES", 10)
    file = ConfigFile.read(path)
    assert file.encoded("x" * 10) == b"x" * 10
    with pytest.raises(ConfigError, match=r"expected a config of at most 10 bytes, found 11 with what"):
        file.encoded("x" * 11)


def test_one_that_was_written_meanwhile_is_noticed(path: Path) -> None:
    file = ConfigFile.read(path)
    file.check_unchanged()
    path.write_text("# his\n")
    with pytest.raises(ConfigConflictError, match="it was changed meanwhile"):
        file.check_unchanged()


def test_what_was_staged_is_nowhere_before_it_is_put_in_place(path: Path) -> None:
    file = ConfigFile.read(path)
    staged = file.stage(b"# other\n")
    assert path.read_text() == "# mine\n"
    file.put_in_place(staged)
    assert (path.read_text(), sorted(one.name for one in path.parent.iterdir())) == ("# other\n", ["c.toml"])
    file.stage(b"# third\n").drop()
    assert [one.name for one in path.parent.iterdir()] == ["c.toml"]


def test_a_folder_that_is_gone_is_one_message(path: Path) -> None:
    file = ConfigFile.read(path)
    path.unlink()
    with pytest.raises(StorageError, match="can't be written: No such file or directory"):
        file.stage(b"")
