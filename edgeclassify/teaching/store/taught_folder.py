"""A taught model that is changed: by one process at a time, in versions, each of them all or nothing."""

import dataclasses
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from edgeclassify.errors import ChangedMeanwhileError, TeachingBusyError, UsageError
from edgeclassify.model.catalog.own_folder import OwnFolder
from edgeclassify.model.taught.document import to_bytes
from edgeclassify.model.taught.manifest import Accuracy, Base, Doubt, HeadRecord, Manifest, examples_digest
from edgeclassify.model.taught.places import (
    TAUGHT,
    find_taught,
    head_place,
    new_place,
    resolve_taught,
    version_file,
)
from edgeclassify.model.taught.reading import MOST_HEAD_BYTES, read_head, read_manifest, read_version
from edgeclassify.model.taught.words import checked_name
from edgeclassify.teaching.interface import Example, Lesson
from edgeclassify.teaching.store import versions
from edgeclassify.teaching.store.example_changes import (
    Added,
    ExampleChange,
    adding,
    counted,
    moving,
    rebasing,
    removing,
)
from edgeclassify.teaching.store.lesson import read_lesson
from edgeclassify.teaching.store.lock import WriterLock
from edgeclassify.teaching.store.placing import FOR_ALL, File, Placing, storage_error
from edgeclassify.teaching.store.sweep import sweep
from edgeclassify.teaching.store.versions import kept_behind, one_back, origin
from edgeclassify.types import Embedding

Clock = Callable[[], float]
_ATTEMPTS = 10


class NameTakenError(UsageError):
    """A taught model of that name is there already."""


class TaughtFolder:
    """The folder of a taught model, held for changing until it is closed; a context manager.

    Each change is on disk when its method returns, or nothing was changed: then StorageError (the disk is full, or
    it is not ours to write). `manifest`: what the model is now.
    """

    def __init__(
        self, folder: OwnFolder, owner: tuple[int, int], manifest: Manifest, stack: ExitStack, now: Clock
    ):
        self._folder, self._owner, self._stack, self._now = folder, owner, stack, now
        self.manifest = manifest

    @classmethod
    def create(
        cls, name: str, base: Base, *, one_class: bool = False, wait_s: float = 0.0, now: Clock = time.time
    ) -> Self:
        """A new taught model without examples. `wait_s`: as of `open`.

        Raises UsageError for a name that is none, NameTakenError; TeachingBusyError, StorageError.
        """
        at = now()
        first = Manifest(checked_name(name), 1, at, at, "begun", base, one_class)
        return cls.begin(first, (), wait_s=wait_s, now=now)

    @classmethod
    def begin(cls, first: Manifest, files: Iterable[File], *, wait_s: float = 0.0, now: Clock = time.time) -> Self:
        """A new taught model of what its first version says, and the files that it names. Raises as `create`."""
        checked_name(first.name)
        folder = cls._held(lambda: new_place(first.name), first, wait_s, now)
        with ExitStack() as undone:
            undone.callback(folder.close)
            # Looked at when the lock is held: somebody else may have been quicker.
            if find_taught(first.name) is not None:
                raise NameTakenError(
                    f"{first.name}: expected a new name for a taught model, found one that is there already "
                    f"({find_taught(first.name)}). Choose another name."
                )
            folder.write(first, files)
            undone.pop_all()
        return folder

    @classmethod
    def open(cls, name: str, *, wait_s: float = 0.0, now: Clock = time.time) -> Self:
        """A taught model that is there. `wait_s`: how long another process's end is waited for.

        Raises UnknownModelError, TeachingBusyError where another process changes it now, TaughtModelError where it
        is damaged, StorageError.
        """
        return cls._held(lambda: resolve_taught(name), None, wait_s, now)

    @classmethod
    def _held(cls, find: Callable[[], Path], first: Manifest | None, wait_s: float, now: Clock) -> Self:
        for _ in range(_ATTEMPTS):
            place = find()
            owner = _owner(place)
            with ExitStack() as stack:
                try:
                    folder = stack.enter_context(OwnFolder(place, owner))
                    lock = stack.enter_context(WriterLock(folder, owner, wait_s))
                except OSError as error:
                    raise storage_error(place, error) from error
                # Who had it may have taken the model away meanwhile, and somebody else begun another.
                if lock.is_at(place):
                    manifest = read_manifest(place) if first is None else first
                    return cls(folder, owner, manifest, stack.pop_all(), now)
        raise TeachingBusyError(
            f"{find().name}: others take this taught model away and begin it again. Try later."
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let others change it."""
        self._stack.close()

    @property
    def path(self) -> Path:
        """The folder."""
        return self._folder.path

    def add(self, examples: Sequence[Example]) -> Added:
        """Keep examples. Raises as `adding`."""
        change, added = adding(self.manifest, examples, self._now())
        self._change_examples(change)
        return added

    def move(self, ids: Iterable[str], label: str | None) -> tuple[str, ...]:
        """Give examples another label; None: they are none of the classes. The ids of those that had another.

        `ids`: whole, or their first digits, as far as they tell. Raises UsageError for those that are not known,
        and for a label that is none.
        """
        change, moved = moving(self.manifest, ids, label)
        self._change_examples(change)
        return moved

    def remove(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Forget examples, which an undo brings back for some time. Their ids. Raises as `move` for `ids`."""
        change, removed = removing(self.manifest, ids)
        self._change_examples(change)
        return removed

    def teach_only_normal(self, one_class: bool) -> None:
        """Whether one class, what is normal, is all that is taught, and everything else is unusual."""
        if one_class != self.manifest.one_class:
            change = "everything else is unusual" if one_class else "classes are told apart"
            self._change(change, one_class=one_class)

    def rebase(self, base: Base, embeddings: Mapping[str, Embedding]) -> tuple[str, ...]:
        """Go over to another base. `embeddings`: those of it, by the ids of examples; other examples are left out.

        The ids of those that were left out. The head goes: it must be fitted anew.
        """
        change, lost = rebasing(self.manifest, self.path, base, embeddings)
        self._change(change.text, change.files, base=base, examples=change.records, head=None)
        return lost

    def fitted(
        self,
        head: bytes,
        *,
        kind: str,
        labels: Sequence[str],
        accuracy: Accuracy,
        by_label: Mapping[str, Accuracy],
        by_view: Mapping[str, Accuracy],
        doubts: Sequence[Doubt] = (),
        one_class: bool | None = None,
    ) -> HeadRecord:
        """A head was fitted to the examples as they are now. `head`: its file's bytes; else as of `HeadRecord`.

        `one_class`: as of `teach_only_normal`, in the same change; None: as it is. Raises UsageError for a head
        that is too large.
        """
        examples = self.manifest.examples
        if len(head) > MOST_HEAD_BYTES:
            raise UsageError(
                f"{self.manifest.name}: expected a head of at most {MOST_HEAD_BYTES >> 20} MB, found "
                f"{len(head) >> 20} MB for {counted(len(examples))}. Remove some, or teach on a smaller base."
            )
        record = HeadRecord(
            sha256=hashlib.sha256(head).hexdigest(),
            kind=kind,
            fitted_at=self._now(),
            labels=tuple(labels),
            examples=len(examples),
            fitted_to=examples_digest(examples),
            accuracy=accuracy,
            by_label=dict(by_label),
            by_view=dict(by_view),
            doubts=tuple(doubts),
        )
        self._change(
            f"fitted to {counted(len(examples))}",
            [(head_place(record), head, FOR_ALL)],
            head=record,
            one_class=self.manifest.one_class if one_class is None else one_class,
        )
        return record

    def undo(self, to: int | None = None, *, at: int | None = None) -> Manifest:
        """Go one change back, each time that it is called; `to`: to a version that is kept, an undone one too.

        `at`: only from this version. What is so restored is a version of its own: an undo can be undone. Raises
        UsageError where there is no such version, ChangedMeanwhileError where it is not at `at` any more,
        TaughtModelError where what was is damaged.
        """
        if at is not None and at != self.manifest.version:
            raise ChangedMeanwhileError(
                f"{self.manifest.name}: expected version {at}, found {self.manifest.version}: it was taught more "
                "meanwhile, which would be lost. Nothing was taken back; take pictures away one by one, or go "
                "back to a version that is kept."
            )
        before = one_back(self.manifest) if to is None else versions.named(self.manifest, to)
        content = read_version(self.path, before.version)
        if content.head is not None:
            read_head(self.path, content.head)
        self._change(
            before.change if before.restores is not None else f"as of version {before.version} ({before.change})",
            base=content.base,
            one_class=content.one_class,
            examples=content.examples,
            head=content.head,
            restores=origin(before),
        )
        return self.manifest

    def replace(self, content: Manifest, files: Iterable[File], change: str) -> Manifest:
        """Put the content of another taught model in the place of this one's, which an undo brings back."""
        self._change(
            change,
            files,
            base=content.base,
            one_class=content.one_class,
            examples=content.examples,
            head=content.head,
        )
        return self.manifest

    def lesson(self) -> Lesson:
        """All that a head is fitted to. Raises TaughtModelError where an example is damaged."""
        return read_lesson(self.path, self.manifest)

    def _change_examples(self, change: ExampleChange) -> None:
        if change.records != self.manifest.examples:
            self._change(change.text, change.files, examples=change.records)
        elif change.files:
            with Placing(self._folder, self._owner) as placing:
                for place, file, mode in change.files:
                    placing.put(place, file, mode)
                placing.mend()

    def _change(self, change: str, files: Iterable[File] = (), **content: Any) -> None:
        updates: dict[str, Any] = {"restores": None} | content
        manifest = dataclasses.replace(
            self.manifest,
            version=self.manifest.version + 1,
            changed_at=self._now(),
            change=change,
            past=kept_behind(self.manifest),
            **updates,
        )
        self.write(manifest, files)

    def write(self, manifest: Manifest, files: Iterable[File]) -> None:
        """Put a version in place, behind the files that it names."""
        content = to_bytes(manifest)
        with Placing(self._folder, self._owner) as placing:
            for place, file, mode in files:
                placing.put(place, file, mode)
            placing.finish(content, version_file(manifest.version))
        self.manifest = manifest
        sweep(self.path, manifest)


def _owner(place: Path) -> tuple[int, int]:
    """Whose the files are: where root writes, they go to who owns the folder of models, mostly the service.

    -1: as they are made.
    """
    if os.geteuid() != 0:
        return -1, -1
    status = next(folder for folder in place.parents if folder.name != TAUGHT and folder.exists()).stat()
    return status.st_uid, status.st_gid
