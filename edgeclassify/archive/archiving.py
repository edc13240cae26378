"""`archive(…)`: sources → a folder of Parquet parts; begun, or gone on with where it ended."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from edgeclassify import __version__
from edgeclassify.archive.archived import Archived
from edgeclassify.archive.journal.folder_lock import FolderLock
from edgeclassify.archive.journal.journal import PART_IMAGES, Journal
from edgeclassify.archive.listing.listing import Listing, make_listing
from edgeclassify.archive.listing.options import ListingOptions
from edgeclassify.archive.output.places import CSV, FAULTS, JOURNAL, LISTING, PAGE, PARTS, SHEETS, VISITS
from edgeclassify.archive.run import Progress, run
from edgeclassify.archive.running.interface import Runner
from edgeclassify.archive.wanted import ClassifierFacts, Wanted
from edgeclassify.errors import MissingInputError, StorageError, UsageError
from edgeclassify.files import printable

_OF_A_RUN = (
    PAGE,
    VISITS,
    JOURNAL,
    f"{JOURNAL}-wal",
    f"{JOURNAL}-shm",
    f"{JOURNAL}-journal",
    LISTING,
    FAULTS,
    CSV,
    VISITS,
    PAGE,
)


def archive(
    sources: Sequence[str],
    folder: Path,
    wanted: Wanted,
    listing: ListingOptions,
    *,
    open_runner: Callable[[Wanted], Runner],
    again: bool = False,
    part_images: int = PART_IMAGES,
    listed: Callable[[int], None] = lambda _: None,
    said: Callable[[Progress], None] = lambda _: None,
) -> Archived:
    """Classify all images of the sources into `folder`; an earlier run with the same options is gone on with.

    `open_runner`: gives what runs batches. `again`: what is there goes first. `listed`: called with how many
    images have been found; `said`: with how far it is. Raises EdgeClassifyError where it can't be done: what is
    done is kept then, and after an interrupt of the user too.
    """
    with FolderLock(folder):
        if again:
            _remove(folder)
        _check_folder(folder)
        with closing(Journal(folder / JOURNAL, part_images=part_images)) as journal:
            before = journal.facts()
            options = _options(sources, wanted, listing)
            _check_options(folder, before, options)
            with closing(open_runner(wanted)) as runner:
                _check_classifier(folder, before, runner.facts)
                found = _listing(folder, sources, listing, listed, is_new=before is None)
                with closing(found):
                    if not found.images:
                        raise MissingInputError(
                            f"{', '.join(map(printable, sources))}: expected images, found none."
                        )
                    facts = {"options": options, "classifier": runner.facts.plain()}
                    if before is None:
                        journal.keep_facts(facts)
                    _sweep(folder, journal.parts)
                    begun = journal.counts.images
                    counts = run(found, journal, runner, folder, _of_parts(wanted, runner.facts), said)
            return Archived(counts.images, counts.faults, counts.still, journal.parts, counts.images - begun)


def _sweep(folder: Path, parts: int) -> None:
    from edgeclassify.archive.output.parts import sweep_parts

    sweep_parts(folder, parts)


def _listing(
    folder: Path, sources: Sequence[str], options: ListingOptions, listed: Callable[[int], None], *, is_new: bool
) -> Listing:
    """The one of the first run, if that came so far: batches keep their numbers."""
    path = folder / LISTING
    if not is_new:
        with suppress(MissingInputError):
            return Listing(path)
    return make_listing(sources, path, options, listed)


def _options(sources: Sequence[str], wanted: Wanted, listing: ListingOptions) -> dict[str, Any]:
    """What makes the output what it is, under names of the command's options."""
    model = wanted.model.as_it_decides.plain()
    return {
        "SOURCE": [_placed(source) for source in sources],
        "--model": model["name"],
        "--labels": model["labels"],
        "--runtime": model["runtime"],
        "--delegate": model["delegate"],
        "--delegate-option": [list(pair) for pair in model["delegate_options"]],
        "--top": wanted.top,
        "--groups": wanted.groups,
        "--still": wanted.still,
        "--every": listing.frames_apart_s,
    }


def _placed(source: str) -> str:
    """The same from wherever the command is given."""
    if "://" in source:
        return source
    sign = "@" if source.startswith("@") else ""
    return sign + os.path.abspath(source.removeprefix(sign))  # noqa: PTH100  a name that is no UTF-8, a glob


def _check_options(folder: Path, before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> None:
    """Raises UsageError where an earlier run had others."""
    if before is None:
        return
    for name, value in before["options"].items():
        if now[name] != value:
            raise UsageError(
                f"--out {printable(folder)}: expected {name} {_shown(value)}, as this archive was begun, found "
                f"{_shown(now[name])}. Give the same, name another folder, or have it made anew: --again"
            )


def _check_classifier(folder: Path, before: Mapping[str, Any] | None, now: ClassifierFacts) -> None:
    """Raises UsageError where the model is another one by now, or another runtime."""
    if before is not None and (found := ClassifierFacts.of_plain(before["classifier"]).differs(now)):
        raise UsageError(
            f"--out {printable(folder)}: {found}, as this archive was begun. Use that one, name another folder, "
            "or have it made anew: --again"
        )


def _check_folder(folder: Path) -> None:
    """Raises StorageError for parts that no journal tells of: they would be overwritten."""
    if not (folder / JOURNAL).exists() and any((folder / PARTS).glob("part-*.parquet")):
        raise StorageError(
            f"--out {printable(folder)}: expected {JOURNAL} beside the parts that are there, found none. Name "
            "another folder, or have it made anew: --again"
        )


def _remove(folder: Path) -> None:
    """What earlier runs left. Raises StorageError."""
    try:
        for name in _OF_A_RUN:
            (folder / name).unlink(missing_ok=True)
        for part in (folder / PARTS).glob("part-*.parquet*"):
            part.unlink()
        for sheet in (folder / SHEETS).glob("*.jpg"):
            sheet.unlink()
        for sheet in (folder / SHEETS).glob("*.jpg"):
            sheet.unlink()
    except OSError as error:
        raise StorageError(f"--out {printable(folder)}: can't be emptied: {error.strerror}.") from error


def _shown(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(_shown, value)) or "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value is None else printable(str(value))


def _of_parts(wanted: Wanted, facts: ClassifierFacts) -> dict[str, Any]:
    """What the parts say of their making: the same whoever runs it."""
    return {
        "edgeclassify": __version__,
        **facts.plain(),
        "top": wanted.top,
        "groups": wanted.groups,
        "still": wanted.still,
    }
