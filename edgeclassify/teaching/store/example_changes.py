"""What becomes of a taught model's examples where some are added, moved, removed, or seen by another base."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from edgeclassify.errors import UsageError
from edgeclassify.files import printable
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.taught.document import MOST_EXAMPLES, MOST_VARIANTS
from edgeclassify.model.taught.manifest import Base, ExampleRecord, Manifest
from edgeclassify.model.taught.words import checked_label
from edgeclassify.teaching.interface import Example
from edgeclassify.teaching.store.example_files import (
    embeddings_file,
    example_place,
    id_of,
    is_picture,
    picture_place,
    read_picture,
)
from edgeclassify.teaching.store.placing import FOR_ALL, PRIVATE, File
from edgeclassify.types import Embedding

NONE = "none of them"
"""What is said in the place of a label where there is none."""
_LEAST_DIGITS = 4
_LONGEST_SOURCE = 200

Records = tuple[ExampleRecord, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of examples that were added, by id: new ones; those that were there already, with that label;
    those that were there with another label, and have this one now."""

    new: tuple[str, ...]
    known: tuple[str, ...]
    moved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExampleChange:
    """The examples as they are to be, the files that are new with it, and what it is, for people."""

    records: Records
    files: Sequence[File]
    text: str


def adding(manifest: Manifest, examples: Sequence[Example], now: float) -> tuple[ExampleChange, Added]:
    """With examples more. One whose embeddings are there already is no second one: it gets what is said last, and
    its file is whole again, should it have been damaged.

    Raises UsageError for a label that is none, or is another one nearly, and for too many examples; ValueError (a
    bug of the caller) for embeddings of another base, and for what is no picture.
    """
    kept = {one.id: one for one in manifest.examples}
    labels = dict.fromkeys(manifest.labels)
    became: dict[str, list[str]] = {"new": [], "known": [], "moved": []}
    files: list[File] = []
    for one in examples:
        content = embeddings_file(checked_rows(one.embeddings, manifest.base))
        label = None if one.label is None else checked_label(one.label, labels)
        if label is not None:
            labels[label] = None
        record = _record(one, id_of(content), label, now)
        before = kept.get(record.id)
        files.append((example_place(record.id), content, FOR_ALL))
        if before is None:
            became["new"].append(record.id)
            if one.jpeg is not None:
                files.append((picture_place(record.id), one.jpeg, PRIVATE))
        elif record.id not in became["new"]:
            became["known" if label == before.label else "moved"].append(record.id)
        kept[record.id] = record if before is None else _said_again(before, record)
    _check_count(manifest, len(kept))
    added = Added(**{word: tuple(dict.fromkeys(ids)) for word, ids in became.items()})
    text = _sentence("added", [kept[one].label for one in added.new or added.moved or added.known])
    return ExampleChange(tuple(kept.values()), files, text), added


def moving(manifest: Manifest, ids: Iterable[str], label: str | None) -> tuple[ExampleChange, tuple[str, ...]]:
    """With examples under another label, and the ids of those that had another. Raises UsageError."""
    if label is not None:
        label = checked_label(label, manifest.labels)
    meant = meant_by(manifest, ids)
    moved = tuple(one.id for one in manifest.examples if one.id in meant and one.label != label)
    records = tuple(_labelled(one, label) if one.id in moved else one for one in manifest.examples)
    return ExampleChange(records, (), _sentence("moved", [label] * len(moved), "to")), moved


def removing(manifest: Manifest, ids: Iterable[str]) -> tuple[ExampleChange, tuple[str, ...]]:
    """Without examples, and their ids. Raises UsageError."""
    meant = meant_by(manifest, ids)
    gone = [one for one in manifest.examples if one.id in meant]
    records = tuple(one for one in manifest.examples if one.id not in meant)
    text = _sentence("removed", [one.label for one in gone])
    return ExampleChange(records, (), text), tuple(one.id for one in gone)


def rebasing(
    manifest: Manifest, folder: Path, base: Base, embeddings: Mapping[str, Embedding]
) -> tuple[ExampleChange, tuple[str, ...]]:
    """As another base sees them, `embeddings` by id; and the ids of those that are left out, without any."""
    files: list[File] = []
    kept: dict[str, ExampleRecord] = {}
    for one in manifest.examples:
        if one.id not in embeddings:
            continue
        rows = checked_rows(embeddings[one.id], base)
        content = embeddings_file(rows)
        picture = read_picture(folder, one)
        record = dataclasses.replace(
            one, id=id_of(content), variants=len(rows) - 1, has_picture=picture is not None
        )
        files.append((example_place(record.id), content, FOR_ALL))
        if picture is not None:
            files.append((picture_place(record.id), picture, PRIVATE))
        kept[record.id] = record
    lost = tuple(one.id for one in manifest.examples if one.id not in embeddings)
    return ExampleChange(tuple(kept.values()), files, f"taught on {base.embedding.base}"), lost


def meant_by(manifest: Manifest, ids: Iterable[str]) -> frozenset[str]:
    """The examples that ids stand for, whole or by their first digits. Raises UsageError."""
    known = [one.id for one in manifest.examples]
    meant = set()
    for word in ids:
        found = [one for one in known if one.startswith(word)] if len(word) >= _LEAST_DIGITS else []
        if len(found) != 1:
            what = "several" if found else "none"
            raise UsageError(
                f"{manifest.name}: expected the id of an example, found {printable(word[:40])!r}, with which "
                f"{what} of {len(known)} begins. See: edgeclassify teach {manifest.name} list."
            )
        meant.add(found[0])
    return frozenset(meant)


def checked_rows(embeddings: Embedding, base: Base) -> Embedding:
    """Embeddings of one example, where they are of this base. Raises ValueError."""
    facts = base.embedding
    is_of_base = embeddings.ndim == 2 and embeddings.shape[1] == facts.elements
    if is_of_base and embeddings.dtype.name == facts.dtype and 1 <= len(embeddings) <= 1 + MOST_VARIANTS:
        return embeddings
    raise ValueError(
        f"expected 1 to {1 + MOST_VARIANTS} embeddings of {facts.elements} elements of {facts.dtype}, found "
        f"{embeddings.dtype} {embeddings.shape}"
    )


def counted(count: int) -> str:
    """ "3 examples"."""
    return f"{count} example{'' if count == 1 else 's'}"


def _record(one: Example, example_id: str, label: str | None, now: float) -> ExampleRecord:
    if one.jpeg is not None and not is_picture(one.jpeg):
        raise ValueError("expected a small JPEG")
    return ExampleRecord(
        id=example_id,
        label=label,
        source=printable(one.source)[:_LONGEST_SOURCE],
        added_at=now,
        captured_at=one.captured_at,
        view=one.view,
        event_id=one.event_id,
        was=None if one.was == label else one.was,
        brightness=min(max(one.brightness, 0.0), 1.0),
        variants=len(one.embeddings) - 1,
        has_picture=one.jpeg is not None,
    )


def _said_again(before: ExampleRecord, now: ExampleRecord) -> ExampleRecord:
    """An example that was there, with what is said of it last."""
    if now.label == before.label and now.was is None:
        return before
    return dataclasses.replace(_labelled(before, now.label), was=now.was or _labelled(before, now.label).was)


def _labelled(one: ExampleRecord, label: str | None) -> ExampleRecord:
    return dataclasses.replace(one, label=label, was=None if one.was == label else one.was)


def _check_count(manifest: Manifest, count: int) -> None:
    if count > MOST_EXAMPLES:
        raise UsageError(
            f"{manifest.name}: expected at most {MOST_EXAMPLES} examples in all, found {count}. Add fewer, or "
            "remove some first."
        )


def _sentence(done: str, labels: Sequence[str | None], word: str = "of") -> str:
    """What was done, for people: "added 3 of open and 2 of closed"."""
    counts = Counter(NONE if label is None else label for label in labels)
    return f"{done} " + " and ".join(f"{count} {word} {label}" for label, count in counts.items())
