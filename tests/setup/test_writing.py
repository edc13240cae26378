"""The broker's password and the config: both are written, or neither."""

import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from edgeclassify.config.editing.interface import ConfigConflictError, KeyChange
from edgeclassify.errors import ConfigError, StorageError
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.writing import check_can_write, write

MINE = '# mine\n[node]\nname = "gate"   # of the garden\n[[camera]]\nsource = "synthetic:"\n'


def drafted(path: Path) -> Draft:
    draft = Draft.begin(path).changed([KeyChange(("node", "name"), "porch")])
    draft = draft.changed([KeyChange(("mqtt", "username"), "me")])
    place = KeyChange(("mqtt", "password_file"), str(path.parent / "mqtt-password"))
    return draft.changed([place]).with_password("squirrel77")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_new_files_are_for_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "below/edgeclassify.toml"
    assert write(drafted(path)) == [path.parent / "mqtt-password", path]
    assert mode(path) == mode(path.parent / "mqtt-password") == 0o600
    assert (path.parent / "mqtt-password").read_text() == "squirrel77\n"
    assert "squirrel77" not in path.read_text()
    assert names(path.parent) == {"edgeclassify.toml", "mqtt-password"}


def test_a_config_that_is_there_keeps_comments_and_rights(tmp_path: Path) -> None:
    path = tmp_path / "edgeclassify.toml"
    path.write_text(MINE)
    path.chmod(0o664)
    write(drafted(path))
    assert mode(path) == 0o664
    assert path.read_text().startswith('# mine\n[node]\nname = "porch"   # of the garden\n')


def test_who_writes_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "edgeclassify.toml"
    draft = drafted(path)
    path.write_text(MINE)
    with pytest.raises(ConfigConflictError):
        write(draft)
    draft = drafted(path)
    path.write_text(MINE + "# more\n")
    with pytest.raises(ConfigConflictError):
        write(draft)
    assert path.read_text() == MINE + "# more\n"
    assert names(tmp_path) == {"edgeclassify.toml"}


@pytest.mark.parametrize("before", [None, "the old one\n"])
def test_where_the_config_cant_take_its_place_the_password_is_what_it_was(
    tmp_path: Path, before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, password = tmp_path / "edgeclassify.toml", tmp_path / "mqtt-password"
    path.write_text(MINE)
    if before is not None:
        password.write_text(before)
    draft, replace = drafted(path), Path.replace

    def broken(self: Path, target: Path) -> Path:
        if Path(target) == path:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(StorageError, match="No space left on device"):
        write(draft)
    assert path.read_text() == MINE
    assert (password.read_text() if password.exists() else None) == before
    assert names(tmp_path) == {"edgeclassify.toml"} | ({"mqtt-password"} if before else set())


def test_what_somebody_has_left_half_done_is_theirs_to_mend(tmp_path: Path) -> None:
    path = tmp_path / "edgeclassify.toml"
    path.write_text("[node]\nnmae = 1\n")
    with pytest.raises(ConfigError, match="mend it first"):
        Draft.begin(path)


def test_a_place_of_others_is_told_before_anything_is_asked(
    tmp_path: Path, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    (tmp_path / "theirs").mkdir(mode=0o555)
    with unprivileged():
        with pytest.raises(StorageError, match="not this user's to write to"):
            check_can_write(tmp_path / "theirs/edgeclassify.toml")
        with pytest.raises(StorageError, match="sudo edgeclassify setup"):
            check_can_write(Path("/etc/edgeclassify-of-nobody/edgeclassify.toml"))
    check_can_write(tmp_path / "mine/deep/edgeclassify.toml")


@pytest.mark.parametrize("planted", ["link", "dangling link", "second name"])
def test_a_password_goes_nowhere_else_than_into_its_own_file(tmp_path: Path, planted: str) -> None:
    """Whoever may write to the folder could lead it to a file of ours."""
    path, password, mine = tmp_path / "edgeclassify.toml", tmp_path / "mqtt-password", tmp_path / "mine"
    if planted != "dangling link":
        mine.write_text("mine\n")
    if planted == "second name":
        password.hardlink_to(mine)
    else:
        password.symlink_to(mine)
    with pytest.raises(StorageError, match="expected a plain file with one name"):
        write(drafted(path))
    assert not path.exists()
    assert (mine.read_text() if mine.exists() else "mine\n") == "mine\n"


def test_a_config_that_is_a_link_stays_one(tmp_path: Path) -> None:
    real, path = tmp_path / "real.toml", tmp_path / "edgeclassify.toml"
    real.write_text(MINE)
    path.symlink_to(real)
    write(drafted(path))
    assert path.is_symlink()
    assert 'name = "porch"' in real.read_text()


def test_what_is_put_back_needs_no_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is written is written before anything is replaced."""
    path, password = tmp_path / "edgeclassify.toml", tmp_path / "mqtt-password"
    path.write_text(MINE)
    password.write_text("the old one\n")
    draft, replace = drafted(path), Path.replace

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def broken(self: Path, target: Path) -> Path:
        monkeypatch.setattr("edgeclassify.setup.writing._write_new", full)
        if Path(target) == path:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(StorageError, match="No space left on device"):
        write(draft)
    assert (path.read_text(), password.read_text()) == (MINE, "the old one\n")
    assert names(tmp_path) == {"edgeclassify.toml", "mqtt-password"}


SHIPPED = Path(__file__).parents[2] / "packaging/deb/files/edgeclassify.toml"


@pytest.mark.parametrize(("more", "fresh"), [("", True), ('[node]\nname = "porch"\n', False)])
def test_the_config_of_the_package_says_nothing_yet(tmp_path: Path, more: str, fresh: bool) -> None:
    path = tmp_path / "edgeclassify.toml"
    text = SHIPPED.read_text()
    path.write_text(text.replace("[node]\n", more) if more else text)
    assert Draft.begin(path).is_fresh is fresh
