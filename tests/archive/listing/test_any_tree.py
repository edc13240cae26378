"""Any tree of folders, files and links: each image once, and the same whatever order the disk has."""

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings, strategies as st

from tests.archive.listing.trees import items

_NAMES = st.sampled_from(["a", "b", "c1", "c10", "c2", "é", "A"])
_FOLDERS = st.lists(st.lists(_NAMES, max_size=3).map("/".join), min_size=1, max_size=5, unique=True)
_Made = tuple[str, str, str, str]
_MADE = st.lists(
    st.tuples(
        st.sampled_from(["file", "link", "hard", "folder link"]),
        st.integers(0, 4).map(str),
        _NAMES,
        st.integers(0, 9).map(str),
    ),
    max_size=14,
)


def _build(root: Path, folders: list[str], made: list[_Made]) -> None:
    for below in folders:
        (root / below).mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    # What is linked to is there first, in an order of its own; what is listed must not depend on it.
    for kind, at, name, which in sorted(made, key=lambda one: one[0] != "file"):
        folder = root / folders[int(at) % len(folders)]
        path = folder / f"{name}.jpg"
        if path.exists() or path.is_symlink():
            continue
        if kind == "file":
            path.write_bytes(b"x")
            files.append(path)
        elif kind == "folder link":
            if not (folder / f"to{name}").is_symlink():
                (folder / f"to{name}").symlink_to(root / folders[int(which) % len(folders)])
        elif files and kind == "link":
            path.symlink_to(files[int(which) % len(files)])
        elif files:
            os.link(files[int(which) % len(files)], path)


def _images(root: Path) -> set[tuple[int, int]]:
    found = set()
    for folder, _, names in os.walk(root):
        for name in names:
            status = (Path(folder) / name).stat()
            found.add((status.st_dev, status.st_ino))
    return found


@settings(max_examples=25, deadline=None)
@given(folders=_FOLDERS, made=_MADE, order=st.randoms(use_true_random=False))
def test_each_image_once_in_an_order_of_its_own(folders: list[str], made: list[_Made], order: object) -> None:
    tmp_path = Path(tempfile.mkdtemp())
    try:
        root = tmp_path / "root"
        root.mkdir()
        _build(root, folders, made)
        found = items(tmp_path, root)
        whole = [item for item in found if item.fault is None]
        files = [(status.st_dev, status.st_ino) for status in (Path(item.location).stat() for item in whole)]
        assert len(files) == len(set(files))
        assert set(files) == _images(root)
        assert len({item.key for item in found}) == len(found)

        # The same names, put there in another order: so the disk lists them in another one too.
        entries = [(Path(folder) / name) for folder, _, names in os.walk(root) for name in names]
        order.shuffle(entries)  # type: ignore[attr-defined]
        for entry in entries:
            entry.rename(tmp_path / "aside")
            (tmp_path / "aside").rename(entry)
        assert items(tmp_path, root) == found
        assert items(tmp_path, root, *(root / folder for folder in folders)) == found
    finally:
        shutil.rmtree(tmp_path)
