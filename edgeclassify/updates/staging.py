"""Which nodes an update is for: by name, and by a place from 0 to 100 that a node has among all."""

import hashlib
from fnmatch import fnmatchcase

from edgeclassify.updates.interface import Manifest

_PARTS = 1 << 53


def place_of(node: str, update: str) -> float:
    """At least 0 and below 100: the same each time, spread evenly, and another one for each update, so that it is
    not always the same nodes that come first."""
    digest = hashlib.sha256(f"{update}\0{node}".encode("utf-8", "surrogateescape")).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / _PARTS * 100


def is_named(manifest: Manifest, node: str) -> bool:
    """True where its patterns mean this node."""
    return not manifest.nodes or any(fnmatchcase(node, pattern) for pattern in manifest.nodes)


def is_in_share(manifest: Manifest, node: str) -> bool:
    """True where this node is among its percent: a greater percentage only adds nodes."""
    return place_of(node, manifest.id) < manifest.percent
