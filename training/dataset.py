"""The files of Tiny ImageNet, and packs of them (numpy and OpenCV only).

The folder is that of the published archive: `train/<wnid>/images/*.JPEG` (500 of each class),
`val/images/*.JPEG` with `val/val_annotations.txt`, `wnids.txt`, `words.txt`. A "pack" holds the training
pictures losslessly in a few files: their JPEG headers are alike, so each is stored once, and a third of
the bytes goes.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np

from training.classes import wordnet_ids

SIZE = 64
Files = list[tuple[bytes, int]]


def train_files(root: Path) -> Files:
    """(JPEG bytes, class index) of the training pictures, sorted by class and name."""
    found = []
    for index, wnid in enumerate(wordnet_ids(root)):
        found += [(path.read_bytes(), index) for path in sorted((root / "train" / wnid / "images").glob("*.JPEG"))]
    return found


def val_files(root: Path) -> Files:
    """(JPEG bytes, class index) of the official validation pictures, sorted by name."""
    order = {wnid: index for index, wnid in enumerate(wordnet_ids(root))}
    rows = [line.split("\t") for line in (root / "val" / "val_annotations.txt").read_text("utf-8").splitlines()]
    return [((root / "val" / "images" / row[0]).read_bytes(), order[row[1]]) for row in sorted(rows)]


def write_packs(root: Path, folder: Path, parts: int) -> list[Path]:
    """Writes the training pictures as `parts` pack files, losslessly, with the lists of classes beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("wnids.txt", "words.txt"):
        (folder / name).write_bytes((root / name).read_bytes())
    files, written = train_files(root), []
    for part in range(parts):
        path = folder / f"train-{part + 1}-of-{parts}.pack"
        path.write_bytes(packed(files[len(files) * part // parts : len(files) * (part + 1) // parts]))
        written.append(path)
    return written


def _scan_start(data: bytes) -> int:
    """Where the entropy-coded data begins: after the start-of-scan segment."""
    marker = data.index(b"\xff\xda")
    return marker + 2 + int.from_bytes(data[marker + 2 : marker + 4], "big")


def packed(files: Files) -> bytes:
    """One pack: a list of headers, a table of (class, header, size), and the pictures without headers."""
    headers: dict[bytes, int] = {}
    rows, scans = [], []
    for data, index in files:
        start = _scan_start(data)
        rows.append((index, headers.setdefault(data[:start], len(headers)), len(data) - start))
        scans.append(data[start:])
    about = json.dumps([header.hex() for header in headers]).encode()
    table = np.array(rows, np.uint16).tobytes()
    return struct.pack("<II", len(about), len(rows)) + about + table + b"".join(scans)


def unpacked(data: bytes) -> Files:
    """(JPEG bytes, class index) of every picture of one pack."""
    about, count = struct.unpack_from("<II", data)
    headers = [bytes.fromhex(text) for text in json.loads(data[8 : 8 + about])]
    table = np.frombuffer(data, np.uint16, count * 3, 8 + about).reshape(count, 3)
    offset, files = 8 + about + table.nbytes, []
    for index, header, size in table.tolist():
        files.append((headers[header] + data[offset : offset + size], index))
        offset += size
    return files
