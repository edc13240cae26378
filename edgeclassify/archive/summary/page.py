"""The summary as one HTML page without scripts: it opens from a disk, on any machine, years later."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape

from edgeclassify.lazy_dataclass import dataclass

MOST_DAYS = 62
"""More days than that are shown by month, more months by year."""
_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --dim: #59636e; --line: #d1d9e0; --bar: #0072b2; --paper: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f0f3f6; --dim: #9ea7b3; --line: #3d444d; --bar: #56b4e9; --paper: #14171c }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
  max-width: 70rem; padding: 1.5rem }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem }
p.of { color: var(--dim); margin: .2rem 0 1.2rem }
dl.figures { display: flex; flex-wrap: wrap; gap: .8rem; margin: 0 }
dl.figures div { border: 1px solid var(--line); border-radius: 8px; padding: .5rem .9rem; min-width: 6rem }
dl.figures dt { color: var(--dim); font-size: .85rem } dl.figures dd { margin: 0; font-size: 1.35rem }
table { border-collapse: collapse; width: 100% } th { text-align: left; color: var(--dim); font-weight: 600 }
td, th { padding: .2rem .6rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: middle }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
td.name { overflow-wrap: anywhere } td.bar { width: 45% }
td.bar span { display: block; height: .8rem; background: var(--bar); border-radius: 2px; min-width: 1px }
img { max-width: 100%; height: auto; border-radius: 8px; display: block; margin: .4rem 0 1.2rem }
p.more { color: var(--dim) } a { color: inherit }
"""


@dataclass(frozen=True, slots=True)
class Bars:
    """A table of counts, each with its bar. `rows`: name and count; `left_out`: how many more there are."""

    title: str
    what: str
    rows: Sequence[tuple[str, int]]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture of many: `file`: relative to the page; `alt`: what is on it."""

    title: str
    detail: str
    file: str
    alt: str


@dataclass(frozen=True, slots=True)
class LongVisit:
    """A line of the table of visits."""

    camera: str
    begin: float
    end: float
    images: int
    name: str | None
    score: float


@dataclass(frozen=True, slots=True)
class Page:
    """All that is on it. `of`: what made it, in one line. `files`: name and what is in it."""

    title: str
    of: str
    figures: Sequence[tuple[str, str]]
    bars: Sequence[Bars]
    visits: Sequence[LongVisit]
    sheets: Sequence[Sheet]
    files: Sequence[tuple[str, str]]


def html(page: Page) -> str:
    """The page. What names of files and labels hold is text, whatever it looks like."""
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(page.title)}</title><style>{_STYLE}</style></head><body><main>",
            f'<h1>{escape(page.title)}</h1><p class="of">{escape(page.of)}</p>',
            *_figures(page.figures),
            *(line for bars in page.bars if bars.rows for line in _bars(bars)),
            *_visits(page.visits),
            *(line for sheet in page.sheets for line in _sheet(sheet)),
            *_files(page.files),
            "</main></body></html>",
            "",
        ]
    )


def by_period(days: Sequence[tuple[str, int]]) -> tuple[str, Sequence[tuple[str, int]]]:
    """Counts of days (2026-11-29), in their order → "day", "month" or "year", and its counts: as many as can be
    looked at."""
    for name, length in (("day", 10), ("month", 7), ("year", 4)):
        counts: dict[str, int] = {}
        for day, count in days:
            counts[day[:length]] = counts.get(day[:length], 0) + count
        if len(counts) <= MOST_DAYS or name == "year":
            return name, list(counts.items())
    raise AssertionError


def _figures(figures: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield '<dl class="figures">'
    for name, value in figures:
        yield f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
    yield "</dl>"


def _bars(bars: Bars) -> Iterator[str]:
    most = max(count for _, count in bars.rows)
    yield f"<h2>{escape(bars.title)}</h2><table>"
    yield f'<thead><tr><th>{escape(bars.what)}</th><th class="n">images</th><th></th></tr></thead><tbody>'
    for name, count in bars.rows:
        share = 100 * count / most
        yield (
            f'<tr><td class="name">{escape(name)}</td><td class="n">{count:,}</td>'
            f'<td class="bar"><span style="width:{share:.1f}%"></span></td></tr>'
        )
    yield "</tbody></table>"
    if bars.left_out:
        yield f'<p class="more">and {bars.left_out:,} more</p>'


def _visits(visits: Sequence[LongVisit]) -> Iterator[str]:
    if not visits:
        return
    yield "<h2>The longest visits</h2><table><thead><tr><th>camera</th><th>begin</th>"
    yield '<th class="n">seconds</th><th class="n">images</th><th>what</th><th class="n">score</th></tr></thead>'
    yield "<tbody>"
    for visit in visits:
        begin = datetime.fromtimestamp(visit.begin, UTC).strftime("%Y-%m-%d %H:%M:%S")
        name = escape(visit.name or "nothing known")
        yield (
            f'<tr><td class="name">{escape(visit.camera)}</td><td>{begin}</td>'
            f'<td class="n">{visit.end - visit.begin:,.0f}</td><td class="n">{visit.images:,}</td>'
            f'<td class="name">{name}</td><td class="n">{visit.score:.2f}</td></tr>'
        )
    yield "</tbody></table>"


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f'<h2>{escape(sheet.title)}</h2><p class="of">{escape(sheet.detail)}</p>'
    yield f'<img src="{escape(sheet.file)}" alt="{escape(sheet.alt)}" loading="lazy">'


def _files(files: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield "<h2>Files</h2><table><tbody>"
    for name, what in files:
        yield f'<tr><td><a href="{escape(name)}">{escape(name)}</a></td><td>{escape(what)}</td></tr>'
    yield "</tbody></table>"
