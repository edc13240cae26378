"""One taught model, as commands and the daemon teach it: pictures become examples, examples a head."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from edgeclassify.errors import LessonError, MissingInputError, UsageError
from edgeclassify.model.catalog import find_model
from edgeclassify.model.opening.embeddings import base_name
from edgeclassify.model.opening.taught import base_section
from edgeclassify.model.taught.manifest import Base, Manifest
from edgeclassify.model.taught.places import find_taught, resolve_taught
from edgeclassify.model.taught.reading import check_base, read_manifest
from edgeclassify.model.taught.words import checked_label, checked_name
from edgeclassify.suggestions import did_you_mean
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.examples import PictureEmbedder, embedded_anew, example_of, example_of_look
from edgeclassify.teaching.fitting import fit
from edgeclassify.teaching.interface import Example, Look, Picture
from edgeclassify.teaching.judging import by_label, by_view
from edgeclassify.teaching.mislabelled import doubts
from edgeclassify.teaching.outcomes import Added, Rebased, Refit
from edgeclassify.teaching.store import TaughtFolder, export_taught, import_taught
from edgeclassify.teaching.store.removal import remove_taught
from edgeclassify.teaching.store.taught_folder import NameTakenError
from edgeclassify.types import ModelChoice

DEFAULT_BASE = "builtin"
"""What a new model stands on where nothing else is said: it is always there."""

OpenEmbedder = Callable[[ModelChoice], PictureEmbedder]


class Teacher:
    """Teaches the model `name`. A context manager: it holds a network from the first picture on. Not thread-safe.

    `open_embedder`: what opens a base. `keep_pictures`: small pictures of the examples are kept, so that they can
    be seen, and the model be put on another base. `wait_s`: how long another process that changes the model is
    waited for. Methods raise EdgeClassifyErrors with a message for the user; the model is as it was then.
    """

    def __init__(
        self,
        name: str,
        *,
        open_embedder: OpenEmbedder = Embedder.open,
        keep_pictures: bool = True,
        wait_s: float = 0.0,
    ) -> None:
        self.name = name
        self._open_embedder, self._keep_pictures, self._wait_s = open_embedder, keep_pictures, wait_s
        self._embedder: PictureEmbedder | None = None
        self._config: ModelChoice | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the network."""
        if self._embedder is not None:
            self._embedder.close()
            self._embedder = None

    def manifest(self) -> Manifest:
        """The model as it is on disk now. Raises UnknownModelError where nothing was taught by this name."""
        return read_manifest(resolve_taught(self.name))

    def embedder(self, base: str | None = None) -> PictureEmbedder:
        """The network that the model stands on, open; of a new model `base` (None: DEFAULT_BASE).

        Raises UsageError where the model stands on another one than `base`, ModelError where it can't be opened or
        is not what it was.
        """
        manifest = self._manifest_if_any()
        if manifest is None or not manifest.examples:
            return self._opened(ModelChoice(name=base or DEFAULT_BASE))
        stands_on = manifest.base.embedding.base
        if base is not None and base_name(base, find_model(base)) != stands_on:
            raise UsageError(
                f"{self.name}: expected no base but {stands_on}, on which it stands, found {base}. Leave --base "
                f"out, or put the whole model on that one first: edgeclassify teach {self.name} --base {base}"
            )
        if self._embedder is not None and self._embedder.facts == manifest.base:
            return self._embedder
        embedder = self._opened(base_section(ModelChoice(), manifest))
        check_base(manifest, embedder.facts.embedding)
        return embedder

    def add(
        self,
        label: str | None,
        pictures: Iterable[Picture],
        *,
        base: str | None = None,
        keep_pictures: bool | None = None,
    ) -> Added:
        """Make the pictures examples of the class; label None: of none of the classes.

        The first ones make the model, on `base` (a model's name or file; None: DEFAULT_BASE). All of them become
        examples, or none. `keep_pictures`: as of the teacher, for these alone.
        """
        label = self._label(label)
        embedder = self.embedder(base)
        keep = self._keep_pictures if keep_pictures is None else keep_pictures
        return self._add(
            [example_of(one, label, embedder, keep_picture=keep) for one in pictures], label, embedder
        )

    def add_looks(self, label: str | None, looks: Iterable[Look]) -> Added:
        """The same for what was seen, each with its embedding where that is of this base, else by its picture.

        A model that these make stands on the base of the first one.
        """
        label, looks = self._label(label), [*looks]
        manifest = self._manifest_if_any()
        is_new = manifest is None or not manifest.examples
        embedder = self.embedder(looks[0].facts.base if is_new and looks else None)
        keep = self._keep_pictures
        return self._add(
            [example_of_look(one, label, embedder, keep_picture=keep) for one in looks], label, embedder
        )

    def fit(self, *, one_class: bool = False) -> Refit:
        """Fit a head to all examples. Running views take it over by themselves.

        `one_class`: what is normal is all that is taught. Raises LessonError where the examples make no head,
        TeachingBusyError while another process changes the model.
        """
        with TaughtFolder.open(self.name, wait_s=self._wait_s) as folder:
            before = folder.manifest.head
            one_class = _is_one_class(folder.manifest, one_class)
            lesson = replace(folder.lesson(), one_class=one_class)
            try:
                fitted = fit(lesson)
            except LessonError as error:
                raise LessonError(f"{self.name}: {error}") from error
            folder.fitted(
                fitted.head.to_bytes(),
                kind=fitted.kind,
                labels=fitted.head.shown_labels,
                accuracy=fitted.accuracy,
                by_label=by_label(lesson, fitted),
                by_view=by_view(lesson, fitted, folder.manifest.examples),
                doubts=doubts(lesson.labels, folder.manifest.examples, fitted),
                one_class=one_class,
            )
            return Refit(folder.manifest, before, fitted)

    def move(self, examples: Sequence[str], label: str | None) -> Manifest:
        """Say that examples are of another class; None: of none. `examples`: ids, their beginnings, or sources."""
        with TaughtFolder.open(self.name, wait_s=self._wait_s) as folder:
            if not folder.move(_meant(folder.manifest, examples), label):
                raise UsageError(
                    f"{self.name}: expected examples of another class than {label or 'unknown'}, found none. "
                    "Nothing was changed."
                )
            return folder.manifest

    def remove(self, examples: Sequence[str]) -> Manifest:
        """Take examples out. `examples`: as of `move`."""
        with TaughtFolder.open(self.name, wait_s=self._wait_s) as folder:
            folder.remove(_meant(folder.manifest, examples))
            return folder.manifest

    def remove_class(self, label: str | None) -> Manifest:
        """Take all examples of a class out. Raises UsageError where there is no such class."""
        with TaughtFolder.open(self.name, wait_s=self._wait_s) as folder:
            labels = folder.manifest.labels
            found = [one.id for one in folder.manifest.examples if one.label == label]
            if not found:
                hint = "" if label is None else did_you_mean(label, labels)
                raise UsageError(
                    f"{self.name}: expected one of its classes ({', '.join(labels)}), found "
                    f"{label or 'unknown'!r}, which has no example. {hint}".rstrip()
                )
            folder.remove(found)
            return folder.manifest

    def remove_model(self, check: Callable[[], None] = lambda: None) -> Path:
        """Take the whole model away, for good. `check`: as of `remove_taught`. Returns where it was."""
        self.close()
        return remove_taught(self.name, check, wait_s=self._wait_s)

    def undo(self, to: int | None = None, *, at: int | None = None) -> Manifest:
        """Go back to what was before the last change; again: before the one before.

        `to`: to a version that is kept, also to one that was undone. `at`: only from this version; raises
        ChangedMeanwhileError where it is another one by now.
        """
        with TaughtFolder.open(self.name, wait_s=self._wait_s) as folder:
            return folder.undo(to, at=at)

    def rebase(self, base: str) -> Rebased:
        """Put the model on another base: each example is embedded anew, by the picture that was kept of it.

        Raises UsageError where no picture was kept.
        """
        place = resolve_taught(self.name)
        embedder = self._opened(ModelChoice(name=base))
        with TaughtFolder.open(self.name, wait_s=self._wait_s) as folder:
            if folder.manifest.base == embedder.facts:
                return Rebased(folder.manifest, ())
            embeddings = embedded_anew(place, folder.manifest, embedder)
            if folder.manifest.examples and not embeddings:
                raise UsageError(
                    f"{self.name}: expected pictures of its examples, to put it on another base; none were kept. "
                    "Teach it anew under another name."
                )
            left_out = folder.rebase(embedder.facts, embeddings)
            return Rebased(folder.manifest, left_out)

    def export(self, file: Path, *, pictures: bool = True) -> Path:
        """Write the model into one file. `pictures`: with those of its examples. Returns the file.

        Raises TaughtModelError where something is damaged, StorageError.
        """
        return export_taught(resolve_taught(self.name), file, pictures=pictures)

    def import_file(self, file: Path, *, in_place: bool = False) -> Manifest:
        """Take over what `export` wrote, under this name. `in_place`: where a model is there, as its next version.

        Raises MissingInputError, TaughtModelError, UsageError, StorageError.
        """
        return import_taught(file, self.name, replace=in_place, wait_s=self._wait_s)

    def _manifest_if_any(self) -> Manifest | None:
        folder = find_taught(self.name)
        return None if folder is None else read_manifest(folder)

    def _label(self, label: str | None) -> str | None:
        """Checked before anything takes time, as is the model's name."""
        manifest = self._manifest_if_any()
        if manifest is None:
            checked_name(self.name)
        return None if label is None else checked_label(label, () if manifest is None else manifest.labels)

    def _add(self, examples: Sequence[Example], label: str | None, embedder: PictureEmbedder) -> Added:
        if not examples:
            raise MissingInputError(f"{self.name}: expected pictures of {label or 'unknown'}, found none.")
        with self._folder_for(embedder.facts) as folder:
            before = folder.manifest.version
            added = folder.add(examples)
            return Added(added.new, added.known, added.moved, folder.manifest, before)

    def _folder_for(self, base: Base) -> TaughtFolder:
        if find_taught(self.name) is None:
            with suppress(NameTakenError):  # somebody else was quicker: theirs it is
                return TaughtFolder.create(self.name, base, wait_s=self._wait_s)
        with ExitStack() as undone:
            folder = undone.enter_context(TaughtFolder.open(self.name, wait_s=self._wait_s))
            if folder.manifest.examples:
                check_base(folder.manifest, base.embedding)
            elif folder.manifest.base != base:
                folder.rebase(base, {})
            undone.pop_all()
        return folder

    def _opened(self, config: ModelChoice) -> PictureEmbedder:
        if self._embedder is None or self._config != config:
            self.close()
            self._embedder, self._config = self._open_embedder(config), config
        return self._embedder


def _is_one_class(manifest: Manifest, wanted: bool) -> bool:
    """A model of one class becomes one of several by itself, when a second one is taught."""
    several = len(manifest.labels) > 1
    if wanted and several:
        raise UsageError(
            f"{manifest.name}: expected one class alone, what is normal, with --one-class; found "
            f"{', '.join(manifest.labels)}. Leave --one-class out, or remove the others: edgeclassify teach "
            f"{manifest.name} remove --label LABEL"
        )
    return (wanted or manifest.one_class) and not several


def _meant(manifest: Manifest, words: Iterable[str]) -> list[str]:
    """Ids for files that were named in place of them; what is no file's name stays as it is."""
    meant: list[str] = []
    for word in words:
        of_file = [one.id for one in manifest.examples if word in (one.source, Path(one.source).name)]
        meant += of_file or [word]
    return meant
