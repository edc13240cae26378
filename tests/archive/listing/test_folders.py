"""Folders, patterns, lists and links: each image once, in order, whatever is wrong beside it."""

import errno
import os
from pathlib import Path

import pytest

from edgeclassify.errors import UsageError
from tests.archive.listing.trees import batches, items, names, written


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def test_images_of_a_folder_come_as_people_count(tmp_path: Path, root: Path) -> None:
    written(
        root, dict.fromkeys(["shot10.jpg", "shot2.JPG", "Shot1.png", "b/1.webp", "a10/1.jpg", "a9/1.jpg"], b"x")
    )
    assert names(tmp_path, root, root) == [
        "Shot1.png", "shot2.JPG", "shot10.jpg", "a9/1.jpg", "a10/1.jpg", "b/1.webp",
    ]  # fmt: skip


def test_hidden_and_other_files_are_left_out(tmp_path: Path, root: Path) -> None:
    written(root, dict.fromkeys([".a.jpg", ".b/1.jpg", "c.txt", "jpg", "d.jpg", "e.jpg.part"], b"x"))
    assert names(tmp_path, root, root) == ["d.jpg"]


def test_a_batch_holds_one_folder_and_no_more_than_it_may(tmp_path: Path, root: Path) -> None:
    written(root, {f"a/{number}.jpg": b"x" for number in range(7)} | {"b/1.jpg": b"x"})
    found = batches(tmp_path, root, most=3)
    assert [(batch.camera, len(batch.items)) for batch in found] == [
        (f"{root}/a", 3), (f"{root}/a", 3), (f"{root}/a", 1), (f"{root}/b", 1),
    ]  # fmt: skip
    assert [batch.items[0].location for batch in found[1:]] == [
        f"{root}/a/3.jpg",
        f"{root}/a/6.jpg",
        f"{root}/b/1.jpg",
    ]


def test_batches_can_be_read_from_any_on(tmp_path: Path, root: Path) -> None:
    from edgeclassify.archive.listing.listing import Listing

    written(root, {f"{number}.jpg": b"x" for number in range(200)})
    found = batches(tmp_path, root)
    listing = Listing(tmp_path / "lists" / "list")
    assert list(listing.batches(2)) == found[2:]
    assert list(listing.batches(4)) == []
    listing.close()


def test_what_several_sources_give_comes_once(tmp_path: Path, root: Path) -> None:
    written(root, dict.fromkeys(["a/1.jpg", "a/2.jpg", "b/1.jpg"], b"x"))
    sources = [root / "a", root, root / "a" / "*.jpg", root / "a" / "1.jpg", f"file://{root}/b", f"{root}/b/../a"]
    assert names(tmp_path, root, *sources) == ["a/1.jpg", "a/2.jpg", "b/1.jpg"]


def test_links_count_where_nothing_else_leads_there(tmp_path: Path, root: Path) -> None:
    written(root, dict.fromkeys(["a/1.jpg", "b/2.jpg"], b"x"))
    written(tmp_path / "elsewhere", dict.fromkeys(["3.jpg", "deep/4.jpg"], b"x"))
    (root / "a" / "0.jpg").symlink_to(root / "b" / "2.jpg")
    (root / "c").symlink_to(root / "a")
    (root / "d").symlink_to(tmp_path / "elsewhere")
    (root / "z3.jpg").symlink_to(tmp_path / "elsewhere" / "3.jpg")
    assert names(tmp_path, root, root) == ["a/1.jpg", "b/2.jpg", "d/3.jpg", "d/deep/4.jpg"]


def test_of_two_links_to_one_file_the_first_counts(tmp_path: Path, root: Path) -> None:
    written(tmp_path / "elsewhere", {"1.jpg": b"x"})
    for name in ("b.jpg", "a.jpg"):
        (root / name).symlink_to(tmp_path / "elsewhere" / "1.jpg")
    assert names(tmp_path, root, root) == ["a.jpg"]


def test_of_hard_links_the_first_counts(tmp_path: Path, root: Path) -> None:
    written(root, {"b/1.jpg": b"x", "b/2.jpg": b"x"})
    (root / "a").mkdir()
    os.link(root / "b" / "1.jpg", root / "a" / "9.jpg")
    assert names(tmp_path, root, root) == ["a/9.jpg", "b/2.jpg"]


def test_numbers_of_files_that_are_made_up_lose_none(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edgeclassify.archive.listing import finding

    class _Entry:
        def __init__(self, entry: "os.DirEntry[bytes]") -> None:
            self.name, self.path, self.is_dir, self.is_symlink = (
                entry.name,
                entry.path,
                entry.is_dir,
                entry.is_symlink,
            )

        def inode(self) -> int:
            return 0xFFFFFFFF

    class _Scan:
        def __init__(self, path: bytes) -> None:
            self._entries = os.scandir(path)

        def __enter__(self) -> "map[_Entry]":
            return map(_Entry, self._entries)

        def __exit__(self, *_: object) -> None:
            self._entries.close()

    written(root, {"1.jpg": b"x", "2.jpg": b"x"})
    monkeypatch.setattr(finding, "scan", _Scan)
    assert names(tmp_path, root, root) == ["1.jpg", "2.jpg"]


def test_a_loop_ends_with_one_note(tmp_path: Path, root: Path) -> None:
    written(root, {"a/b/1.jpg": b"x"})
    (root / "a" / "b" / "back").symlink_to(root / "a")
    (root / "self").symlink_to("self")
    found = items(tmp_path, root)
    faults = {item.location.removeprefix(f"{root}/"): item.fault for item in found}
    assert faults["a/b/1.jpg"] is None
    assert faults["a/b/back"] == (
        f"{root}/a/b/back: expected an image or a folder, found a link back to {root}/a, which is listed once."
    )
    assert "found a link to self, which can't be followed: Too many levels" in str(faults["self"])
    assert len(found) == 3


def test_a_link_that_leads_nowhere_has_a_fault(tmp_path: Path, root: Path) -> None:
    (root / "1.jpg").symlink_to("gone.jpg")
    (item,) = items(tmp_path, root)
    assert item.fault == f"{root}/1.jpg: expected an image or a folder, found a link to gone.jpg, which is gone."


def test_a_source_that_is_not_there_or_empty_has_a_fault(tmp_path: Path, root: Path) -> None:
    written(root, {"a/1.jpg": b"x", "none/x.txt": b"x"})
    found = items(tmp_path, root / "gone", root / "a", root / "none", root / "*.gif")
    faults = [item.fault for item in found]
    assert (
        faults[0]
        == f"{root}/*.gif: expected images (JPEG, PNG, WebP, BMP, TIFF, GIF or AVIF), tars or videos, found none."
    )
    assert (
        faults[1]
        == f"{root}/gone: expected a folder, an image, a tar or a video, found nothing there. Check the path."
    )
    assert str(faults[2]).startswith(f"{root}/none: expected images")
    assert faults[3:] == [None]


def test_a_source_that_another_one_holds_is_no_fault(tmp_path: Path, root: Path) -> None:
    written(root, {"a/1.jpg": b"x"})
    assert names(tmp_path, root, root, root / "a", root / "*") == ["a/1.jpg"]


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
def test_a_folder_whose_disk_fails_has_a_fault_beside_what_was_read(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    from collections.abc import Iterator
    from contextlib import contextmanager

    from edgeclassify.archive.listing import finding

    @contextmanager
    def failing(path: bytes) -> Iterator[Iterator["os.DirEntry[bytes]"]]:
        def entries() -> Iterator["os.DirEntry[bytes]"]:
            with os.scandir(path) as real:
                yield next(real)
            raise OSError(number, os.strerror(number))

        yield entries()

    written(root, {"1.jpg": b"x", "2.jpg": b"x"})
    monkeypatch.setattr(finding, "scan", failing)
    found = items(tmp_path, root)
    assert len(found) == 2
    assert found[0].fault == (
        f"{root}: expected a folder of images, can't be read: {os.strerror(number)}. Check its owner and mode."
    )
    assert found[1].fault is None


def test_names_that_are_no_text_stay_what_they_are(tmp_path: Path, root: Path) -> None:
    with open(os.fsencode(root) + b"/\xff.jpg", "wb") as file:  # noqa: PTH123
        file.write(b"x")
    os.mkdir(os.fsencode(root) + b"/\xe9")  # noqa: PTH102
    with open(os.fsencode(root) + b"/\xe9/1.jpg", "wb") as file:  # noqa: PTH123
        file.write(b"x")
    found = batches(tmp_path, root)
    assert [batch.camera for batch in found] == [str(root), f"{root}/\\xe9"]
    assert [os.fsencode(batch.items[0].location) for batch in found] == [
        os.fsencode(root) + b"/\xff.jpg",
        os.fsencode(root) + b"/\xe9/1.jpg",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\0"])
def test_a_list_names_files_folders_and_patterns(tmp_path: Path, root: Path, end: str) -> None:
    written(root, dict.fromkeys(["a/1.jpg", "b/2.jpg", "c/3.jpg", "c/[4].jpg"], b"x"))
    lines = [f"{root}/a", f"{root}/b/2.jpg", "", f"{root}/c/3.*", f"{root}/c/[4].jpg"]
    (tmp_path / "list.txt").write_bytes(b"\xef\xbb\xbf" + (end.join(lines) + end).encode())
    assert names(tmp_path, root, f"@{tmp_path}/list.txt") == ["a/1.jpg", "b/2.jpg", "c/3.jpg", "c/[4].jpg"]


def test_a_list_that_is_not_there_has_a_fault(tmp_path: Path) -> None:
    (item,) = items(tmp_path, f"@{tmp_path}/gone.txt")
    assert item.fault == (
        f"{tmp_path}/gone.txt: expected a list of images and folders, can't be read: "
        "No such file or directory. Check it."
    )


def test_patterns_match_as_the_shell_does(tmp_path: Path, root: Path) -> None:
    written(root, dict.fromkeys(["a/1.jpg", "a/.2.jpg", "a/deep/3.jpg", "b/4.JPG", "b/5.txt", ".c/6.jpg"], b"x"))
    assert names(tmp_path, root, f"{root}/*/*.jpg") == ["a/1.jpg"]
    assert names(tmp_path, root, f"{root}/**/*.jpg") == ["a/1.jpg", "a/deep/3.jpg"]
    assert names(tmp_path, root, f"{root}/[ab]/*") == ["a/1.jpg", "a/deep/3.jpg", "b/4.JPG"]
    assert names(tmp_path, root, f"{root}/.c/?.jpg") == [".c/6.jpg"]


def test_a_named_file_is_an_image_whatever_its_name(tmp_path: Path, root: Path) -> None:
    written(root, {"picture": b"x", ".hidden.jpg": b"x"})
    (root / "link").symlink_to("picture")
    assert names(tmp_path, root, root / "picture", root / ".hidden.jpg") == [".hidden.jpg", "picture"]
    assert names(tmp_path, root, root / "link") == ["link"]


def test_pipes_are_listed_and_nobody_waits_for_them(tmp_path: Path, root: Path) -> None:
    os.mkfifo(root / "1.jpg")
    assert names(tmp_path, root, root) == ["1.jpg"]


def test_an_empty_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="found an empty word"):
        items(tmp_path, " ")
