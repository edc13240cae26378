"""Writing where somebody else may have put links: nothing behind them changes."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from edgeclassify.errors import StorageError
from edgeclassify.model.catalog.own_folder import OwnFolder
from edgeclassify.model.catalog.part_file import PartFile

STRANGER = 4711


def written(folder: Path, content: bytes = b"new", name: str = "part") -> None:
    """Write `content` into a file of the folder, from its beginning."""
    with OwnFolder(folder) as opened:
        descriptor = opened.open(name)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, content)
        os.close(descriptor)


def link(victim: Path, place: Path) -> None:
    place.symlink_to(victim)


def dangling(victim: Path, place: Path) -> None:
    place.symlink_to(victim.with_name("nothing"))


def second_name(victim: Path, place: Path) -> None:
    os.link(victim, place)


def pipe(victim: Path, place: Path) -> None:
    os.mkfifo(place)


def of_a_stranger(victim: Path, place: Path) -> None:
    place.write_bytes(b"theirs")
    if os.geteuid() != 0:
        pytest.skip("needs root, to give a file away")
    os.chown(place, STRANGER, STRANGER)


@pytest.mark.parametrize("trap", [link, dangling, second_name, pipe, of_a_stranger])
def test_a_trap_by_the_name_of_the_file_is_replaced(tmp_path: Path, trap: Callable[[Path, Path], None]) -> None:
    folder, victim = tmp_path / "models", tmp_path / "victim"
    folder.mkdir()
    victim.write_bytes(b"precious")
    trap(victim, folder / "part")
    before = descriptors()
    written(folder)
    assert descriptors() == before
    assert victim.read_bytes() == b"precious"
    assert not victim.with_name("nothing").exists()
    made = folder / "part"
    assert (made.is_symlink(), made.read_bytes(), made.stat().st_uid) == (False, b"new", os.geteuid())


def test_what_we_left_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"half")
    with OwnFolder(tmp_path) as opened:
        descriptor = opened.open("part")
        assert os.read(descriptor, 10) == b"half"
        os.close(descriptor)


def test_a_part_file_follows_no_link_to_its_place(tmp_path: Path) -> None:
    folder, victim = tmp_path / "models", tmp_path / "victim"
    folder.mkdir()
    victim.write_bytes(b"precious")
    (folder / ".x.part").symlink_to(victim)
    (folder / "x").symlink_to(victim)
    with PartFile(folder / "x") as part:
        part.append(b"new")
        part.place()
    assert victim.read_bytes() == b"precious"
    assert not (folder / "x").is_symlink()
    assert (folder / "x").read_bytes() == b"new"
    assert not (folder / ".x.part").is_symlink()


@pytest.mark.parametrize("target", ["relative", "absolute", "chain"])
def test_links_of_our_own_lead_on(tmp_path: Path, target: str) -> None:
    (tmp_path / "real").mkdir()
    places = {"relative": Path("real"), "absolute": tmp_path / "real", "chain": Path("second/../second")}
    (tmp_path / "second").symlink_to("real")
    (tmp_path / "models").symlink_to(places[target])
    written(tmp_path / "models" / "deep" / "deeper")
    assert (tmp_path / "real/deep/deeper/part").read_bytes() == b"new"


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="Too many levels"):
        written(tmp_path / "a")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give a link away")
def test_a_strangers_link_to_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "aim").mkdir()
    (tmp_path / "models").symlink_to("aim")
    os.lchown(tmp_path / "models", STRANGER, STRANGER)
    with pytest.raises(StorageError, match=rf"link models .* another user \(uid {STRANGER}\)"):
        written(tmp_path / "models")
    assert list((tmp_path / "aim").iterdir()) == []


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("failing", [False, True])
def test_no_descriptor_is_left_open(tmp_path: Path, failing: bool) -> None:
    before = descriptors()
    (tmp_path / "a").symlink_to("a" if failing else "real")
    if failing:
        with pytest.raises(OSError, match="Too many"):
            written(tmp_path / "a")
    else:
        written(tmp_path / "a" / "b")
    assert descriptors() == before


def test_a_link_is_never_followed_by_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking and opening somebody may put a link in place of a folder."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "aim").mkdir()
    look, meant = os.fstat, (tmp_path / "folder").stat()

    def swapped(descriptor: int) -> os.stat_result:
        found = look(descriptor)
        if os.path.samestat(found, meant) and not (tmp_path / "was").exists():
            (tmp_path / "folder").rename(tmp_path / "was")
            (tmp_path / "folder").symlink_to("aim")
        return found

    monkeypatch.setattr(os, "fstat", swapped)
    written(tmp_path / "folder")
    assert (tmp_path / "was/part").exists()
    assert list((tmp_path / "aim").iterdir()) == []
