"""Tars, videos and stores: real ones, whole and broken."""

import builtins
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.archive.listing.stores import shown_source
from edgeclassify.archive.listing.tars import DamagedTarError, members_of
from edgeclassify.errors import SourceUnusableError
from tests.archive.listing.trees import batches, items, names, written
from tests.archive.made_files import jpeg, tar, video

fsspec = pytest.importorskip("fsspec", reason="no fsspec")

MEMBERS = [("q/10.jpg", b"ten"), ("q/2.jpg", b"two"), ("r/1.jpg", b"r"), ("q/1.jpg", b"one"), ("./0.png", b"0")]


def test_members_of_a_tar_lie_where_the_list_says(tmp_path: Path) -> None:
    path = tar(tmp_path / "x.tar", MEMBERS)
    found = batches(tmp_path, path)
    assert [(batch.camera, [item.member for item in batch.items]) for batch in found] == [
        (f"{path}", ["./0.png"]),
        (f"{path}!q", ["q/1.jpg", "q/2.jpg", "q/10.jpg"]),
        (f"{path}!r", ["r/1.jpg"]),
    ]
    whole = path.read_bytes()
    for item in (item for batch in found for item in batch.items):
        assert item.offset is not None
        assert item.size is not None
        assert whole[item.offset : item.offset + item.size] == dict(MEMBERS)[str(item.member)]
        assert item.modified == 1_700_000_000


@pytest.mark.parametrize("ending", ["tar.gz", "tgz", "tar.xz", "tar.bz2"])
def test_members_of_a_compressed_tar_stay_as_they_lie_in_it(tmp_path: Path, ending: str) -> None:
    mode = "w:gz" if ending.endswith("gz") else f"w:{ending[-3:].strip('.')}"
    path = tar(tmp_path / f"x.{ending}", MEMBERS, mode)
    found = batches(tmp_path, path)
    assert [(batch.camera, [item.member for item in batch.items]) for batch in found] == [
        (f"{path}!q", ["q/10.jpg", "q/2.jpg"]),
        (f"{path}!r", ["r/1.jpg"]),
        (f"{path}!q", ["q/1.jpg"]),
        (f"{path}", ["./0.png"]),
    ]


def test_in_a_tar_links_hidden_and_other_files_are_left_out(tmp_path: Path) -> None:
    path = tar(tmp_path / "x.tar", [("a.jpg", b"1"), (".b.jpg", b"2"), (".c/d.jpg", b"3"), ("e.txt", b"4")])
    with tarfile.open(path, "a") as file:
        link = tarfile.TarInfo("link.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "a.jpg"
        file.addfile(link)
    assert [item.member for item in items(tmp_path, path)] == ["a.jpg"]


def test_of_members_of_one_name_the_last_counts(tmp_path: Path) -> None:
    path = tar(tmp_path / "x.tar", [("a.jpg", b"old"), ("b.jpg", b"b"), ("a.jpg", b"new!")])
    assert [(item.member, item.size) for item in items(tmp_path, path)] == [("a.jpg", 4), ("b.jpg", 1)]


def test_a_tar_that_two_ways_lead_to_counts_once(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    tar(root / "x.tar", [("a.jpg", b"1")])
    (root / "a.tar").symlink_to("x.tar")
    assert names(tmp_path, root, root, root / "x.tar", root / "a.tar") == ["x.tar!a.jpg"]


@pytest.mark.parametrize("place", [600, 1024 + 512 + 40, 4096])
@pytest.mark.parametrize("ending", ["tar", "tar.gz"])
def test_a_tar_that_is_cut_off_has_a_fault_beside_what_is_whole(tmp_path: Path, ending: str, place: int) -> None:
    members = [(f"{number}.jpg", os.urandom(700)) for number in range(4)]
    path = tar(tmp_path / f"x.{ending}", members, "w:gz" if ending == "tar.gz" else "w")
    path.write_bytes(path.read_bytes()[: place if ending == "tar" else place // 2])
    found = items(tmp_path, path)
    (fault,) = [item for item in found if item.fault is not None]
    assert fault.key == str(path)
    assert str(fault.fault).startswith(f"{path}: expected a whole tar, ")
    assert len(found) - 1 <= len(members)


def test_a_tar_whose_middle_is_damaged_has_a_fault(tmp_path: Path) -> None:
    path = tar(tmp_path / "x.tar", [(f"{number}.jpg", bytes(512)) for number in range(4)])
    data = bytearray(path.read_bytes())
    data[2048:2560] = b"\x55" * 512
    path.write_bytes(data)
    found = items(tmp_path, path)
    assert [item.member for item in found if item.fault is None] == ["0.jpg", "1.jpg"]
    assert found[0].fault == (f"{path}: expected a whole tar, but it is damaged from byte 2048 on. Copy it again.")


@pytest.mark.parametrize("content", [b"", b"no tar at all", bytes(2048), jpeg()])
def test_what_is_no_tar_has_a_fault(tmp_path: Path, content: bytes) -> None:
    written(tmp_path, {"x.tar": content, "x.tgz": content})
    found = items(tmp_path, tmp_path / "x.tar", tmp_path / "x.tgz")
    assert all(": expected" in str(item.fault) for item in found)
    assert len(found) == 2


def test_a_header_that_claims_too_much_is_not_read(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 1 << 32
    (tmp_path / "x.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    (item,) = items(tmp_path, tmp_path / "x.tar")
    assert "a header of 4096 MB" in str(item.fault)


def test_a_video_within_a_tar_is_said(tmp_path: Path) -> None:
    path = tar(tmp_path / "x.tar", [("a.mp4", b"1")])
    (item,) = items(tmp_path, path)
    assert item.fault == (
        f"{path}!a.mp4: expected an image, found a video or tar within a tar. Copy it out, and name that."
    )


@pytest.mark.parametrize(("apart_s", "numbers"), [(1.0, [0, 10, 20]), (0.5, [0, 5, 10, 15, 20, 25]), (9.0, [0])])
def test_frames_of_a_video_lie_so_far_apart(tmp_path: Path, apart_s: float, numbers: list[int]) -> None:
    path = video(tmp_path / "v.mp4", 30)
    (batch,) = batches(tmp_path, path, apart_s=apart_s)
    assert batch.camera == str(path)
    assert [item.frame for item in batch.items] == numbers
    assert batch.items[-1].key == f"{path}#{numbers[-1]}"


def test_what_is_no_video_has_a_fault(tmp_path: Path) -> None:
    written(tmp_path / "root", {"v.mp4": b"no video", "w.AVI": b""})
    found = items(tmp_path, tmp_path / "root")
    assert [str(item.fault).partition(": ")[2] for item in found] == [
        "expected a video (MP4, MKV, AVI, …), found none that can be read. Copy it again."
    ] * 2


@pytest.fixture
def store() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()


def test_a_store_is_listed_as_a_folder_is(tmp_path: Path, store: Any) -> None:
    for name in (
        "/cams/a/10.jpg",
        "/cams/a/2.jpg",
        "/cams/b/1.png",
        "/cams/a/.3.jpg",
        "/cams/x.txt",
        "/cams/v.mp4",
    ):
        store.pipe(name, b"12345")
    found = batches(tmp_path, "memory://cams")
    assert [(batch.camera, [item.location for item in batch.items]) for batch in found] == [
        ("memory://cams", ["memory://cams/v.mp4"]),
        ("memory://cams/a", ["memory://cams/a/2.jpg", "memory://cams/a/10.jpg"]),
        ("memory://cams/b", ["memory://cams/b/1.png"]),
    ]
    assert "found a video or tar within a store" in str(found[0].items[0].fault)
    assert found[1].items[0].size == 5
    assert found[1].items[0].modified is not None
    assert items(tmp_path, "memory://cams", "memory://cams/a/2.jpg") == [
        item for batch in found for item in batch.items
    ]


def test_a_tar_in_a_store_is_read_there(tmp_path: Path, store: Any) -> None:
    store.pipe("/cams/x.tar", tar(tmp_path / "x.tar", [("a.jpg", b"1"), ("b.jpg", b"2")]).read_bytes())
    assert [item.key for item in items(tmp_path, "memory://cams")] == [
        "memory://cams/x.tar!a.jpg", "memory://cams/x.tar!b.jpg",
    ]  # fmt: skip


@pytest.mark.usefixtures("store")
def test_a_store_with_nothing_has_a_fault(tmp_path: Path) -> None:
    (item,) = items(tmp_path, "memory://none")
    assert item.fault == "memory://none: expected a store's objects, found nothing there. Check it."


def test_a_kind_of_store_that_is_not_known_has_a_fault_without_its_password(tmp_path: Path) -> None:
    (item,) = items(tmp_path, "nonsense://me:secret@host/a")
    assert str(item.fault).startswith("nonsense://host/a: expected a store's object, can't be read: ")
    assert "secret" not in str(item.fault).partition("read: ")[0]


def test_without_fsspec_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *given: Any, **more: Any) -> Any:
        if name.startswith("fsspec"):
            raise ImportError(name)
        return real(name, *given, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SourceUnusableError, match="expected fsspec for this, which is not installed"):
        items(tmp_path, "memory://cams")
    assert list((tmp_path / "lists").iterdir()) == []


def test_a_pipe_that_is_named_as_a_video_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    os.mkfifo(tmp_path / "in" / "d.mp4")
    ((item,),) = (batch.items for batch in batches(tmp_path, tmp_path / "in"))
    assert item.fault is not None
    assert "d.mp4: expected a video, can't be read: it is no plain file" in item.fault


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("/cams/a:b@c", "/cams/a:b@c"),
        ("file:///cams/a", "file:///cams/a"),
        ("s3://bucket/a@b/c", "s3://bucket/a@b/c"),
        ("s3://anna:hunter22@bucket/c", "s3://bucket/c"),
        ("sftp://anna:hunt/er22@host/c?token=verysecret", "sftp://host/c?…"),
        ("http://anna:hunter22@host/c?token=verysecret", "http://host/c?…"),
        ("my-store://anna:hunter22@host/c", "…"),
    ],
)
def test_a_source_is_shown_without_its_secrets(source: str, shown: str) -> None:
    assert shown_source(source) == shown


def test_a_damaged_tar_of_a_store_is_said_without_its_password() -> None:
    with pytest.raises(DamagedTarError) as raised:
        list(members_of("memory://anna:hunter22@host/gone.tar"))
    assert "hunter22" not in str(raised.value)
