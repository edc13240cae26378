"""Labels as levels of topics, and as parts of file names."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

_LENGTH = 64


def slug(label: str) -> str:
    """`label` as a topic level: lower-case ASCII letters, digits and "_", at most 64 characters.

    Accents are folded ("Schön" is "schon"). A label of which letters would be lost ("猫") or cut off keeps its
    identity by the first 8 digits of its SHA-256.
    """
    folded = unicodedata.normalize("NFKD", label).lower()
    kept = re.sub(r"[^a-z0-9]+", "_", "".join(c for c in folded if not unicodedata.combining(c))).strip("_")
    lost = any(c.isalnum() and not c.isascii() for c in folded)
    if kept and not lost and len(kept) <= _LENGTH:
        return kept
    return _marked(kept or "label", label)


def label_slugs(labels: Iterable[str]) -> dict[str, str]:
    """Each label's slug; labels that would share one ("a b", "A-b") are told apart by their digest."""
    plain = {label: slug(label) for label in labels}
    taken = list(plain.values())
    return {label: name if taken.count(name) == 1 else _marked(name, label) for label, name in plain.items()}


def _marked(name: str, label: str) -> str:
    digest = hashlib.sha256(label.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name[: _LENGTH - 9].rstrip('_')}_{digest}"
