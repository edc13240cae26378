"""Manifests for tests: of one taught model with all that there can be."""

from edgeclassify.model.taught.manifest import (
    Accuracy,
    Base,
    Doubt,
    ExampleRecord,
    HeadRecord,
    Manifest,
    PastVersion,
    examples_digest,
)
from edgeclassify.types import EmbeddingFacts

FACTS = EmbeddingFacts("mobilenet_v2", "ab" * 32, "pooled", 1280, "uint8", 0.0235, 128)
BASE = Base(FACTS, 224, 192, "crop", 0.875)
EXAMPLES = (
    ExampleRecord("0123456789abcdef", "open", "photos/a.jpg", 1700000000.25),
    ExampleRecord(
        "fedcba9876543210",
        None,
        "camera front \u732b",
        1700000001.0,
        1699999999.5,
        "front",
        "e1",
        "open",
        0.25,
        8,
        True,
    ),
    ExampleRecord("00000000000000aa", "zu \u201egeschlossen\u201c", "b", 3.0),
)
HEAD = HeadRecord(
    sha256="cd" * 32,
    kind="logistic",
    fitted_at=1700000002.0,
    labels=("open", "zu \u201egeschlossen\u201c"),
    examples=3,
    fitted_to=examples_digest(EXAMPLES),
    accuracy=Accuracy(2, 3),
    by_label={"open": Accuracy(1, 1)},
    by_view={"front": Accuracy(0, 1)},
    doubts=(Doubt("00000000000000aa", "open", 0.75),),
)
WHOLE = Manifest(
    name="gate",
    version=7,
    created_at=1690000000.0,
    changed_at=1700000002.5,
    change="fitted to 3 examples",
    base=BASE,
    one_class=True,
    examples=EXAMPLES,
    head=HEAD,
    restores=2,
    past=(PastVersion(2, 5.0, "added 1 of open"), PastVersion(6, 6.0, "as of version 2 (added 1 of open)", 2)),
)
BARE = Manifest("gate", 1, 0.0, 0.0, "begun", Base(FACTS, 1, 1, "squash", None))
