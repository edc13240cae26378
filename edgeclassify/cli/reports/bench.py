"""What `bench` shows: a table to be pasted into a report, and a bar for each run."""

from collections.abc import Iterator
from pathlib import PurePath

import click

from edgeclassify.bench.result import BenchResult, Rounds, Run, Spread
from edgeclassify.bench.stopwatch import Stage
from edgeclassify.model.runtime.runtimes import in_words
from edgeclassify.pictures.stacked_bars import Bar, StackedBars

_WORDS = {
    Stage.CAPTURE_WAIT: "waiting for it",
    Stage.PREPROCESS: "preprocess",
    Stage.INVOKE: "invoke",
    Stage.SCORES: "scores",
    Stage.DECIDE: "decide",
    Stage.SPOOL: "spool",
    Stage.PUBLISH: "publish",
}
_DRAWN = (Stage.INVOKE, Stage.PREPROCESS, Stage.SCORES, Stage.DECIDE, Stage.SPOOL, Stage.PUBLISH)
_NAME = 22


def print_result(result: BenchResult) -> None:
    """The machine, a table for each run, and where there are several one of all."""
    for line in lines(result):
        click.echo(line)


def lines(result: BenchResult) -> Iterator[str]:
    """The report's lines: at most 100 characters wide, but for a long name."""
    board, software = result.board, result.software
    memory = "" if board.memory_mb is None else f", {board.memory_mb} MB"
    named = board.name if board.processor in (board.name, board.machine) else f"{board.name}, {board.processor}"
    yield f"{named} ({board.machine}, {_counted(board.cores, 'core')}{memory})"
    yield f"{board.system}, {board.kernel}"
    yield (
        f"edgeclassify {software.edgeclassify}, Python {software.python}, numpy {software.numpy}, "
        f"OpenCV {software.opencv}"
    )
    yield f"{result.source}; published to: {result.sink}"
    for run in result.runs:
        yield ""
        yield from _run_lines(run)
    if len(result.runs) > 1:
        yield ""
        yield from _summary(result)


def _run_lines(run: Run) -> Iterator[str]:
    yield run_name(run) + ("; one frame is prepared while another is inferred" if run.overlaps else "")
    yield f"  {'ms':{_NAME}}{'p50':>10}{'p95':>10}{'p99':>10}{'mean':>10}{'frames':>10}"
    for stage, word in _WORDS.items():
        if (spread := run.stages.get(stage)) is not None:
            yield _row(word, spread)
    yield _row("time per frame", run.frame_ms)
    yield _row("bare invoke()", run.bare_invoke_ms)
    yield _row("capture to handed over", run.age_ms)
    yield f"  efficiency {_range(run.efficiency, 3)}, of the quietest rounds {run.quiet_efficiency:.3f}"
    yield f"    (bare invoke() / time per frame, of means; {run.rounds} rounds in turns)"
    if run.is_disturbed:
        yield "  OTHER WORK DISTURBED THIS: its rounds differ too much. Stop what else runs, and measure again."
    figures = [
        f"{_range(run.frames_per_s, 1)} frames/s",
        f"CPU {_range(run.cpu_percent, 0)} %",
        f"{run.rss_mb:.0f} MB",
        _counted(run.events, "event"),
    ]
    yield f"  {', '.join(figures)}"
    yield f"  {_heat(run)}"


def _summary(result: BenchResult) -> Iterator[str]:
    names = [run_name(run) for run in result.runs]
    width = max(map(len, names)) + 2
    heads = f"{'invoke':>9}{'frame':>9}{'efficiency':>12}{'quietest':>10}{'frames/s':>10}{'CPU %':>7}{'MB':>6}"
    yield f"{'':{width}}{heads}"
    for name, run in zip(names, result.runs, strict=True):
        yield (
            f"{name:{width}}{run.bare_invoke_ms.mean:>9.2f}{run.frame_ms.mean:>9.2f}{run.efficiency.median:>12.3f}"
            f"{run.quiet_efficiency:>10.3f}{run.frames_per_s.median:>10.1f}{run.cpu_percent.median:>7.0f}{run.rss_mb:>6.0f}"
        )


def _row(name: str, spread: Spread) -> str:
    figures = "".join(f"{value:>10.3f}" for value in (spread.p50, spread.p95, spread.p99, spread.mean))
    return f"  {name:{_NAME}}{figures}{spread.count:>10}"


def _heat(run: Run) -> str:
    heat = "temperature not told" if run.heat is None else f"{run.heat.begin_c:.0f} to {run.heat.highest_c:.0f} °C"
    held = {None: "throttling not told", True: "THROTTLED: too hot, or too little voltage", False: "not throttled"}
    return f"{heat}, {held[run.throttled]}"


def _range(found: Rounds, digits: int) -> str:
    return f"{found.median:.{digits}f} ({found.lowest:.{digits}f} to {found.highest:.{digits}f})"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def run_name(run: Run) -> str:
    """What was run."""
    delegate = "" if run.delegate is None else f", {run.delegate}"
    return f"{PurePath(run.model.name).name}, {in_words(run.runtime)}{delegate}, {_counted(run.threads, 'thread')}"


def result_chart(result: BenchResult) -> StackedBars:
    """A bar for each run: what each stage takes of a frame in the mean, and a stroke where the whole frame ends.

    A stroke before the bar's end: stages ran side by side. Behind it: what is between the stages.
    """
    bars = [
        Bar(
            run_name(run),
            [_share(run, stage) for stage in _DRAWN],
            mark=run.stage_frame_ms.mean,
            note=f"efficiency {run.quiet_efficiency:.3f}, {run.frames_per_s.median:.0f} frames/s",
        )
        for run in result.runs
    ]
    board = result.board
    return StackedBars(
        title=f"What a frame costs: {board.name}, {_counted(board.cores, 'core')}",
        subtitle=f"edgeclassify {result.software.edgeclassify}, {result.source}, {board.processor}",
        unit="ms per frame",
        parts=[_WORDS[stage] for stage in _DRAWN],
        bars=bars,
        mark="whole frame",
    )


def _share(run: Run, stage: Stage) -> float:
    """The mean per frame, of all frames: few have to do with the spool."""
    spread = run.stages.get(stage)
    return 0.0 if spread is None else spread.mean * spread.count / max(run.stage_frame_ms.count, spread.count)
