"""The 200 classes: their order, their readable names, and their rows in the 1001-class teacher.

Class order is the sorted order of the WordNet ids of Tiny ImageNet's `wnids.txt`. Names come from its
`words.txt` (the first synonym) unless RENAMED has a better-known one.
"""

from __future__ import annotations

from pathlib import Path

RENAMED = {
    "n01774384": "black widow spider",
    "n02123045": "tabby cat",
    "n02231487": "stick insect",
    "n02279972": "monarch butterfly",
    "n02395406": "pig",
    "n02415577": "bighorn sheep",
    "n02437312": "dromedary",
    "n02509815": "red panda",
    "n02788148": "banister",
    "n02814533": "station wagon",
    "n02814860": "lighthouse",
    "n02892201": "memorial plaque",
    "n03089624": "candy store",
    "n03126707": "construction crane",
    "n03424325": "gas mask",
    "n03599486": "rickshaw",
    "n03706229": "compass",
    "n03854065": "pipe organ",
    "n03902125": "payphone",
    "n03983396": "soda bottle",
    "n04067472": "fishing reel",
    "n04399382": "teddy bear",
    "n04417672": "thatched roof",
    "n07615774": "popsicle",
    "n07871810": "meatloaf",
}
# Their first synonym is the name of another row too.
TEACHER_ROWS = {"n03126707": 518}


def wordnet_ids(root: Path) -> list[str]:
    """The 200 ids in class order, from `wnids.txt`."""
    ids = sorted((root / "wnids.txt").read_text(encoding="utf-8").split())
    if len(ids) != 200 or len(set(ids)) != 200:
        raise ValueError(f"{root / 'wnids.txt'}: expected 200 different ids, found {len(set(ids))}")
    return ids


def words(root: Path) -> dict[str, str]:
    """WordNet id -> its synonyms, separated by commas."""
    lines = (root / "words.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if "\t" in line)


def label_names(root: Path) -> list[str]:
    """200 readable, unique names in class order."""
    synonyms = words(root)
    names = [RENAMED.get(wnid) or synonyms[wnid].split(",")[0].strip() for wnid in wordnet_ids(root)]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ValueError(f"labels that stand for two classes: {', '.join(doubled)}; add them to RENAMED")
    return names


def teacher_rows(root: Path, labels: Path) -> list[int]:
    """Rows (0-1000) of the 1001-class model's output that are the 200 classes, by equal synonyms."""
    rows = {line.strip().lower(): index for index, line in enumerate(labels.read_text("utf-8").splitlines())}
    synonyms = words(root)
    found = []
    for wnid in wordnet_ids(root):
        row = TEACHER_ROWS.get(wnid, rows.get(synonyms[wnid].lower()))
        if row is None:
            raise ValueError(f"{labels}: no line {synonyms[wnid]!r} for {wnid}")
        found.append(row)
    return found
