"""Writes the summary of an archive beside its parts: visits.parquet, index.html, and sheets of images."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edgeclassify.archive.interface import Row
from edgeclassify.archive.output.own_files import own_sheets
from edgeclassify.archive.output.places import CSV, FAULTS, PAGE, PARTS, SHEETS, VISITS
from edgeclassify.archive.output.reading import read_facts, read_rows
from edgeclassify.archive.summary.counts import Counts, name_of, score_of, time_of
from edgeclassify.archive.summary.longest import Longest
from edgeclassify.archive.summary.page import Bars, LongVisit, Page, Sheet, by_period, html
from edgeclassify.archive.summary.sights import SortedSights
from edgeclassify.archive.summary.thumbnails import thumbnails
from edgeclassify.archive.summary.visit_file import write_visits
from edgeclassify.archive.summary.visits import Sight, visits
from edgeclassify.errors import StorageError
from edgeclassify.files import printable
from edgeclassify.pictures.contact_sheet import Section, Tile, contact_sheet
from edgeclassify.slugs import label_slugs
from edgeclassify.types import Pixels

MOST_BARS = 40
"""Labels and cameras that have a bar."""
MOST_SHEETS = 40
"""Labels that have a sheet."""
SIDE = 160
"""Of a small picture, in pixels."""
_TITLE_CHARACTERS = 24


def write_summary(folder: Path) -> Path:
    """The page's path. Raises StorageError where it can't be written, and what `read_rows` raises."""
    counts, longest = Counts(), Longest()
    with SortedSights(folder) as sights:
        for row in read_rows(folder):
            counts.take(row)
            if (sight := _sight(row)) is not None:
                sights.add(sight)
        for visit in write_visits(folder, visits(sights)):
            longest.take(visit)
    shown = [name for name, _ in counts.names.most_common(MOST_SHEETS)]
    wanted = {path for name in shown for path, _ in counts.samples(name)} | {one for one, *_ in counts.unsure}
    pictures = thumbnails(folder, wanted, SIDE)
    page = folder / PAGE
    try:
        sheets = list(_sheets(folder, counts, shown, pictures))
        page.write_text(html(_page(folder, counts, longest, sheets)), encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"{printable(page)}: can't be written: {error.strerror}. The parts are whole: make room, and give the "
            "same command again."
        ) from error
    return page


def _sight(row: Row) -> Sight | None:
    at = time_of(row)
    if at is None or row.fault is not None:
        return None
    return Sight(row.camera, at, row.path, name_of(row), score_of(row))


def _sheets(folder: Path, counts: Counts, shown: Sequence[str], pictures: dict[str, Pixels]) -> Iterator[Sheet]:
    """Of what the model is least sure first: these are looked at; then one for each label."""
    (folder / SHEETS).mkdir(exist_ok=True)
    for sheet in own_sheets(folder):
        sheet.unlink()
    if counts.unsure:
        tiles = [_tile(pictures, path, name or "(unknown)", score) for path, name, score in counts.unsure]
        yield _sheet(folder, "unsure", "To look at", "of these the model is least sure", tiles)
    slugs = label_slugs(shown)
    for number, name in enumerate(shown):
        tiles = [_tile(pictures, path, "", score) for path, score in counts.samples(name)]
        images = counts.names[name]
        detail = f"{images:,} image{'' if images == 1 else 's'}"
        yield _sheet(folder, f"{number + 1:02}-{slugs[name]}", name, detail, tiles)


def _tile(pictures: dict[str, Pixels], path: str, name: str, score: float) -> Tile:
    file = path.replace("\\", "/").rpartition("/")[2]
    short = file if len(file) <= _TITLE_CHARACTERS else "…" + file[1 - _TITLE_CHARACTERS :]
    return Tile(pictures.get(path), (f"{name} {score:.2f}".strip(), short))


def _sheet(folder: Path, name: str, title: str, detail: str, tiles: Sequence[Tile]) -> Sheet:
    file = f"{SHEETS}/{name}.jpg"
    (folder / file).write_bytes(contact_sheet([Section(title, detail, tiles)], columns=6, side=SIDE).data)
    return Sheet(title, detail, file, f"{len(tiles)} images: {title}, {detail}")


def _page(folder: Path, counts: Counts, longest: Longest, sheets: Sequence[Sheet]) -> Page:
    period, periods = by_period(sorted(counts.days.items()))
    short = short_names(counts.cameras)
    classified = sum(counts.names.values())
    figures = [
        ("images", counts.images),
        ("visits", longest.visits),
        ("labels", len(counts.names)),
        ("cameras", len(counts.cameras)),
        ("classified", classified),
        ("nothing moved", counts.still),
        ("unknown", counts.unknown),
        ("with a fault", counts.faults),
        ("without a time of their own", counts.without_time),
    ]
    needed = ("images", "visits", "labels", "cameras")
    return Page(
        title=f"Archive {printable(folder.resolve().name)}",
        of=_made_by(read_facts(folder)),
        figures=[(name, f"{count:,}") for name, count in figures if count or name in needed],
        bars=[
            _most("Labels", "label", counts.names.most_common()),
            Bars(f"Images per {period}", period, periods),
            _most("Cameras", "camera", [(short[name], count) for name, count in counts.cameras.most_common()]),
        ],
        visits=[
            LongVisit(short[one.camera], one.begin, one.end, one.images, one.name, one.score)
            for one in longest.visits_shown
        ],
        sheets=sheets,
        files=[
            (name, what)
            for name, what in (
                (PARTS, "a row for each image, Parquet"),
                (VISITS, "a row for each visit, Parquet"),
                (CSV, "all images, for spreadsheets"),
                (FAULTS, "images with a fault, and why"),
            )
            if (folder / name).exists()
        ],
    )


def short_names(cameras: Collection[str]) -> dict[str, str]:
    """Cameras (folders) without the folder that all of them are in."""
    paths = {camera: camera.split("/") for camera in cameras}
    shortest = min((len(parts) for parts in paths.values()), default=1) - 1
    same = 0
    while same < shortest and len({parts[same] for parts in paths.values()}) == 1:
        same += 1
    return {camera: "/".join(parts[same:]) or camera for camera, parts in paths.items()}


def _most(title: str, what: str, rows: Sequence[tuple[str, int]]) -> Bars:
    return Bars(title, what, rows[:MOST_BARS], max(0, len(rows) - MOST_BARS))


def _made_by(facts: dict[str, Any]) -> str:
    """Which model, and when this was written."""
    classifier = facts.get("classifier", facts)
    model, runtime = classifier.get("model", "a model"), classifier.get("runtime", "")
    written = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    return f"edgeclassify archive, {model}{f', {runtime}' if runtime else ''}; written {written} UTC"
