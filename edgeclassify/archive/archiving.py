"""`archive(…)`: sources → a folder of Parquet parts; begun, or gone on with where it ended."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from edgeclassify import __version__
from edgeclassify.archive.archived import Archived
from edgeclassify.archive.journal.folder_lock import FolderLock
from edgeclassify.archive.journal.journal import PART_IMAGES, Journal
from edgeclassify.archive.listing.listing import Listing, make_listing
from edgeclassify.archive.listing.options import ListingOptions
from edgeclassify.archive.listing.stores import shown_source
from edgeclassify.archive.options import check_classifier, check_options, options_of
from edgeclassify.archive.output.own_files import check_is_own, check_parts, remove_all
from edgeclassify.archive.output.places import JOURNAL, LISTING, NEW_LISTING
from edgeclassify.archive.run import Progress, run
from edgeclassify.archive.running.interface import Runner
from edgeclassify.archive.wanted import ClassifierFacts, Wanted
from edgeclassify.errors import MissingInputError, StorageError
from edgeclassify.files import printable


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
    check_is_own(folder)  # before a lock is left there, and once nobody else is at it
    with FolderLock(folder), ExitStack() as opened:
        check_is_own(folder)
        options = options_of(sources, wanted, listing)
        if not again:
            journal = opened.enter_context(closing(Journal(folder / JOURNAL, part_images=part_images)))
            check_options(folder, journal.facts(), options)
            check_parts(folder, journal.parts)
        runner = opened.enter_context(closing(open_runner(wanted)))
        if again:  # what is there goes when all else is known to be right
            _list_anew(sources, folder / NEW_LISTING, listing, listed)
            remove_all(folder)
            journal = opened.enter_context(closing(Journal(folder / JOURNAL, part_images=part_images)))
            _take_new_listing(folder)
        before = journal.facts()
        check_classifier(folder, before, runner.facts)
        found = opened.enter_context(closing(_listing(folder, sources, listing, listed, before, is_made=again)))
        if before is None:
            classifier, of_listing = runner.facts.plain(), found.facts()
            journal.keep_facts({"options": options, "classifier": classifier, "listing": of_listing})
        _sweep(folder, journal.parts)
        begun = journal.counts.images
        counts = run(found, journal, runner, folder, _of_parts(wanted, runner.facts), said)
        return Archived(counts.images, counts.faults, counts.still, journal.parts, counts.images - begun)


def _sweep(folder: Path, parts: int) -> None:
    from edgeclassify.archive.output.parts import sweep_parts

    sweep_parts(folder, parts)


def _listing(
    folder: Path,
    sources: Sequence[str],
    options: ListingOptions,
    listed: Callable[[int], None],
    before: Mapping[str, Any] | None,
    *,
    is_made: bool,
) -> Listing:
    """Of an archive that was begun the one of that time: results are known by its numbers."""
    path = folder / LISTING
    if before is not None:
        return _listing_of(path, before)
    return Listing(path) if is_made else _listed(sources, path, options, listed)


def _listing_of(path: Path, before: Mapping[str, Any]) -> Listing:
    """Raises StorageError where it is not the one that the archive was begun with."""
    try:
        found = Listing(path)
    except MissingInputError as error:
        raise _lost(path, "found none") from error
    if found.facts() != before.get("listing"):
        found.close()
        raise _lost(path, "found another, or a damaged one")
    return found


def _lost(path: Path, found: str) -> StorageError:
    return StorageError(
        f"{printable(path)}: expected the list of images that this archive was begun with, {found}. Put it back, "
        "or have the archive made anew: --again"
    )


def _list_anew(sources: Sequence[str], path: Path, options: ListingOptions, listed: Callable[[int], None]) -> None:
    """Raises MissingInputError where nothing would come in place of what is there."""
    with closing(_listed(sources, path, options, listed)) as found:
        if found.has_images():
            return
    path.unlink(missing_ok=True)
    raise MissingInputError(
        f"{', '.join(map(shown_source, sources))}: expected images in place of those that were classified, found "
        "none. Check the path."
    )


def _take_new_listing(folder: Path) -> None:
    try:
        (folder / NEW_LISTING).replace(folder / LISTING)
    except OSError as error:
        raise StorageError(f"--out {printable(folder)}: can't be written: {error.strerror}.") from error


def _listed(sources: Sequence[str], path: Path, options: ListingOptions, listed: Callable[[int], None]) -> Listing:
    """Raises MissingInputError where there is no image at all."""
    found = make_listing(sources, path, options, listed)
    if not found.images:
        found.close()
        path.unlink(missing_ok=True)
        raise MissingInputError(f"{', '.join(map(shown_source, sources))}: expected images, found none.")
    return found


def _of_parts(wanted: Wanted, facts: ClassifierFacts) -> dict[str, Any]:
    """What the parts say of their making: the same whoever runs it."""
    return {
        "edgeclassify": __version__,
        **facts.plain(),
        "top": wanted.top,
        "groups": wanted.groups,
        "still": wanted.still,
    }
