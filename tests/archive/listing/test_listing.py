"""The file of a listing: whole or not there; what can't be written is said; memory does not grow."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from edgeclassify.archive.listing.listing import Listing, make_listing
from edgeclassify.archive.listing.names import Kind, kind_of, sort_key, text_of
from edgeclassify.errors import MissingInputError, StorageError
from tests.archive.listing.trees import written


def test_a_listing_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    written(tmp_path / "root", {"1.jpg": b"x"})
    with pytest.raises(KeyboardInterrupt):
        make_listing([str(tmp_path / "root")], tmp_path / "list", said=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["root"]
    with pytest.raises(MissingInputError, match="expected a list of images, found nothing there"):
        Listing(tmp_path / "list")


def test_a_listing_s_place_is_on_the_disk_when_it_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "root", {"1.jpg": b"x"})
    synced: list[set[str]] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            synced.append({one.name for one in tmp_path.iterdir()} - {"list.draft"})
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    make_listing([str(tmp_path / "root")], tmp_path / "list").close()
    assert synced == [{"root", "list"}]


def test_a_damaged_listing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"no database at all" * 100)
    with pytest.raises(StorageError, match="file is not a database"):
        Listing(tmp_path / "list")


def test_where_nothing_can_be_written_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="expected to write the list of images, but "):
        make_listing([str(tmp_path)], tmp_path / "gone" / "list")


def test_how_many_there_are_is_told(tmp_path: Path) -> None:
    written(tmp_path / "root", {f"{number}.jpg": b"x" for number in range(3)})
    told: list[int] = []
    make_listing([str(tmp_path / "root")], tmp_path / "list", said=told.append).close()
    assert told[-1] == 3
    assert "SQLITE_TMPDIR" not in os.environ


_FLAT = """
import os, resource, sys, tempfile
from pathlib import Path
from edgeclassify.archive.listing import finding
from edgeclassify.archive.listing.listing import make_listing

class Entry:
    def __init__(self, number):
        self.name = b"IMG_%08d.jpg" % number
        self.path = b"/x/" + self.name
    def is_dir(self, follow_symlinks=True): return False
    def is_symlink(self): return False
    def inode(self): return None

class Scan:
    def __init__(self, path): pass
    def __enter__(self): return map(Entry, range(COUNT, 0, -1))
    def __exit__(self, *_): pass

finding.scan = Scan
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
with tempfile.TemporaryDirectory() as folder:
    COUNT = 30_000
    make_listing([folder], Path(folder, "list")).close()
    before, COUNT = peak(), 150_000
    listing = make_listing([folder], Path(folder, "list"))
    images = sum(len(batch.items) for batch in listing.batches())
    print(images, peak() - before)
"""


def test_memory_does_not_grow_with_the_images() -> None:
    done = subprocess.run([sys.executable, "-c", _FLAT], capture_output=True, text=True, check=True)
    images, grown_mib = map(int, done.stdout.split())
    assert images == 150_000
    assert grown_mib < 18  # the caches of its two files; as many items take 30 MB


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (b"a.jpg", Kind.IMAGE), (b"a.JPEG", Kind.IMAGE), (b"a.tar", Kind.TAR), (b"a.TAR.GZ", Kind.TAR),
        (b"a.gz", Kind.OTHER), (b"a.mov", Kind.VIDEO), (b"a.ts", Kind.OTHER), (b"jpg", Kind.OTHER),
        (b"", Kind.OTHER),
    ],
)  # fmt: skip
def test_kinds_by_name(name: bytes, kind: Kind) -> None:
    assert kind_of(name) is kind


def test_names_sort_as_people_count() -> None:
    names = ["a/b", "a1/b", "a2", "A10", "ab", "b", "É", "f"]
    encoded = [os.fsencode(name) for name in names]
    encoded.reverse()
    encoded.sort(key=sort_key)
    assert list(map(os.fsdecode, encoded)) == ["a/b", "a1/b", "a2", "A10", "ab", "b", "f", "É"]


def test_names_become_text() -> None:
    assert text_of("ä\udcff") == "ä\\xff"
