"""Folders of small images for tests, and what is listed of them."""

from collections.abc import Mapping
from pathlib import Path

from edgeclassify.archive.interface import Batch, Item
from edgeclassify.archive.listing.listing import make_listing
from edgeclassify.archive.listing.options import ListingOptions


def written(root: Path, files: Mapping[str, bytes]) -> Path:
    """The files below a folder, and the folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def batches(tmp_path: Path, *sources: object, most: int = 64, apart_s: float = 1.0) -> list[Batch]:
    """What the sources hold. Nothing but the list itself is left of the work."""
    folder = tmp_path / "lists"
    folder.mkdir(exist_ok=True)
    listing = make_listing([str(one) for one in sources], folder / "list", ListingOptions(apart_s, most))
    try:
        found = list(listing.batches())
        assert listing.images == sum(len(batch.items) for batch in found)
        assert listing.batch_count == len(found)
        assert [path.name for path in folder.iterdir()] == ["list"]
        return found
    finally:
        listing.close()


def items(tmp_path: Path, *sources: object) -> list[Item]:
    """Of all batches."""
    return [item for batch in batches(tmp_path, *sources) for item in batch.items]


def names(tmp_path: Path, root: Path, *sources: object) -> list[str]:
    """What is listed, by its path below a folder."""
    return [item.key.removeprefix(f"{root}/") for item in items(tmp_path, *sources)]
