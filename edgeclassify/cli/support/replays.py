"""A replay as a whole: run with progress, and judged where it is known what was to be seen."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from edgeclassify.cli.support.recordings import Recorded
from edgeclassify.errors import UsageError
from edgeclassify.recording.replay.judgement import Judgement, judge
from edgeclassify.recording.replay.tally import Tally
from edgeclassify.recording.replay.truth import Truth


def judged_views(recorded: Recorded, tally: Tally, truth: Path | None) -> dict[str, Judgement]:
    """Each view of which it is known what was to be seen: by the file of `truth`, or by the recording itself."""
    if truth is not None and recorded.streams:
        raise UsageError(
            "--truth: expected a recording, found score streams: their truth is y0, y1, … in the file"
        )
    views = tally.views.values()
    known = None if truth is None else Truth(truth, {one.view: one.labels for one in views}, tally.started_at)
    judged = {}
    for one in views:
        scenes = recorded.scenes(one.view) if known is None else known.scenes(one.view, one.last_s)
        if scenes is not None:
            judged[one.view] = judge(one.stays, scenes, one.lasted_s)
    return judged


@contextmanager
def progress_of(quiet: bool, every: int = 500) -> Iterator[Callable[[], None]]:
    """How far a replay is, on standard error, where a person waits there; call what it gives for each input."""
    if quiet or not sys.stderr.isatty() or sys.stdout.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = SpinnerColumn(), TextColumn("{task.completed:,.0f} inputs")
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task, done = progress.add_task("replay", total=None), 0

        def advance() -> None:
            nonlocal done
            done += 1
            if done % every == 0:
                progress.update(task, completed=done)

        yield advance
