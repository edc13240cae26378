"""What `calibrate` shows: figures, the reliability curve as text and as a chart, and what to write where."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from edgeclassify.cli.support.calibrating.judged_model import Judged
from edgeclassify.cli.support.view_options import WatchedBy
from edgeclassify.files import printable
from edgeclassify.model.calibration.calibration import FOLDS, Calibration
from edgeclassify.model.calibration.reliability import Reliability
from edgeclassify.model.catalog import is_built_in
from edgeclassify.model.description.sidecar import sidecar_path
from edgeclassify.pictures.chart import Axis, Chart, Series

_BAR = 40
_MOST_LABELS = 20
"""With more labels the table of them would be longer than all else."""
_FOR_A_LINE = 300
"""Pictures: between marks of few a line would show nothing but chance."""
_SMALLEST_MARK, _LARGEST_MARK = 2.5, 9.0


def calibration_record(judged: Judged, watched: WatchedBy, written: Path | None) -> dict[str, Any]:
    """All figures as plain values."""
    found = judged.found
    proposed = found.thresholds
    return {
        "model": watched.classifier.info.name,
        "view": watched.name,
        "pictures": found.pictures,
        "of_nothing": found.of_nothing,
        "unreadable": judged.unreadable,
        "top1": round(found.top1, 4),
        "top5": round(found.top5, 4),
        "temperature": found.temperature,
        "temperature_before": found.former,
        "ece_before": round(found.before.ece, 4),
        "ece_after": round(found.after.ece, 4),
        "ece_by_chance": round(found.by_chance, 4),
        "threshold_enter": None if proposed is None else proposed.enter,
        "threshold_exit": None if proposed is None else proposed.exit,
        "precision": None if proposed is None else round(proposed.precision, 4),
        "shown": None if proposed is None else round(proposed.shown, 4),
        "bins_before": _bins(found.before),
        "bins_after": _bins(found.after),
        "labels": [{"label": one.label, "pictures": one.pictures, "right": one.right} for one in found.labels],
        "written": None if written is None else str(written),
    }


def _bins(curve: Reliability) -> list[dict[str, Any]]:
    return [
        {"pictures": one.pictures, "score": round(one.score, 4), "right": round(one.right, 4)}
        for one in curve.bins
    ]


def print_calibration(judged: Judged, watched: WatchedBy, written: Path | None, plot: Path | None) -> None:
    """For people."""
    console = Console(highlight=False)
    found = judged.found
    for lines in (
        _figures(found, watched),
        _curve(found.after),
        _labels(found),
        _thresholds(found),
        _what_to_write(found, watched, written),
        () if plot is None else (f"The curve is in {escape(printable(plot))}.",),
    ):
        for line in lines:
            console.print(line, soft_wrap=True)


def _figures(found: Calibration, watched: WatchedBy) -> Iterator[str]:
    nothing = f", {found.of_nothing} of none of them" if found.of_nothing else ""
    model = escape(watched.classifier.info.name)
    yield f"[bold]{model}[/], {found.pictures} pictures of {len(found.labels)} labels{nothing}"
    yield f"  {'right':24} {found.top1:6.1%}   among the five best {found.top5:.1%}"
    sense = "the scores were too low" if found.temperature < found.former else "the scores were too high"
    sense = "as it is" if found.temperature == found.former else sense
    yield f"  {'temperature':24} {found.temperature:6.3f}   {found.former:g} now: {sense}"
    yield f"  {'calibration error before':24} {found.before.ece:6.3f}"
    unseen = f"on pictures that the fit did not see ({FOLDS} parts in turn)"
    yield f"  {'calibration error after':24} {found.after.ece:6.3f}   {unseen}"
    yield f"  {'by chance alone':24} {found.by_chance:6.3f}   what scores that are right show on so many pictures"


def _curve(after: Reliability) -> Iterator[str]:
    yield ""
    yield "  [bold]score  right  pictures[/]  after: the bar is the share that is right, | the score"
    for one in after.bins:
        filled, mark = round(one.right * _BAR), min(_BAR - 1, round(one.score * _BAR))
        bar = "█" * filled + "·" * (_BAR - filled)
        yield f"  {one.score:5.2f}  {one.right:5.0%}  {one.pictures:8}  {bar[:mark]}|{bar[mark + 1 :]}"


def _labels(found: Calibration) -> Iterator[str]:
    worst = sorted(found.labels, key=lambda one: (one.right / one.pictures, -one.pictures))[:_MOST_LABELS]
    wrong = [one for one in worst if one.right < one.pictures]
    if not wrong:
        return
    yield ""
    yield "  [bold]label[/], and how many of its pictures are right: the worst"
    width = min(40, max(len(one.label) for one in wrong))
    for one in wrong:
        yield f"  {escape(one.label[:width]):{width}}  {one.right} of {one.pictures}"


def _thresholds(found: Calibration) -> Iterator[str]:
    yield ""
    proposed = found.thresholds
    if proposed is None:
        yield "No threshold has so many right answers above it: take more pictures, or a lower --precision."
        return
    yield f"threshold_enter = {proposed.enter:.2f}   # of the pictures above it {proposed.precision:.1%} are right"
    shown = f"{proposed.shown:.0%} of the pictures with a label are above and right"
    yield f"threshold_exit = {proposed.exit:.2f}    # {shown}"
    yield 'They are for scores of single frames: for views with filter = "none" or "exponential".'


def _what_to_write(found: Calibration, watched: WatchedBy, written: Path | None) -> Iterator[str]:
    line = f"temperature = {found.temperature:g}"
    model = Path(watched.classifier.info.path)
    if written is not None:
        yield f"{line}: written into {escape(str(written))}. A running daemon takes it over on a reload."
        if watched.model.temperature is not None:
            yield f"The config says temperature = {watched.model.temperature:g}, which goes before: take it out."
    elif is_built_in(model):
        yield f"The built-in model's files belong to the package. Into the config: \\[model] {line}"
    else:
        yield f"Nothing was written. --write puts {line} into {escape(sidecar_path(model).name)} beside the model."


def reliability_chart(found: Calibration, model: str) -> Chart:
    """The curve before and after, beside the line on which scores mean what they say. Marks by their pictures."""
    return Chart(
        f"How far scores of {model} can be believed",
        Axis("best score", 0, 1),
        Axis("share right", 0, 1),
        (
            Series("score = share right", ((0, 0), (1, 1)), is_dashed=True, has_marks=False),
            _drawn(found.before, f"before, T {found.former:g}: ECE {found.before.ece:.3f}"),
            _drawn(found.after, f"after, T {found.temperature:g}: ECE {found.after.ece:.3f}"),
        ),
        width=780,
        height=480,
    )


def _drawn(curve: Reliability, name: str) -> Series:
    most = max((one.pictures for one in curve.bins), default=1)
    room = _LARGEST_MARK - _SMALLEST_MARK
    return Series(
        name,
        [(one.score, one.right) for one in curve.bins],
        is_line=sum(one.pictures for one in curve.bins) >= _FOR_A_LINE,
        radii=[_SMALLEST_MARK + room * (one.pictures / most) ** 0.5 for one in curve.bins],
    )
