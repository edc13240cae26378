"""A replay as a whole: run with progress, and judged where it is known what was to be seen."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from edgeclassify.cli.support.recorded.recordings import Recorded
from edgeclassify.errors import UsageError
from edgeclassify.recording.interface import Input, ViewBegins, time_of
from edgeclassify.recording.replay.judgement import Judgement, judge
from edgeclassify.recording.replay.replaying import NewRules
from edgeclassify.recording.replay.tally import Tally
from edgeclassify.recording.replay.truth import Truth


def truth_of(path: Path | None, recorded: Recorded, new_rules: NewRules) -> Truth | None:
    """What was to be seen by that file, checked before anything is decided; None: no file is named.

    Raises UsageError, RecordingError that names the line.
    """
    if path is None:
        return None
    if recorded.streams:
        raise UsageError(
            "--truth: expected a recording, found score streams: their truth is y0, y1, … in the file"
        )
    labels, started_at = dict[str, tuple[str, ...]](), 0.0
    for record in recorded.records(lambda _: None):
        if isinstance(record, ViewBegins):
            own = new_rules(record.facts)
            labels[record.facts.view] = (record.facts if own is None else own[0]).shown_labels
        elif not started_at and isinstance(record, Input) and (now := time_of(record.what)) is not None:
            started_at = now.at
    return Truth(path, labels, started_at)


def judged_views(recorded: Recorded, tally: Tally, truth: Truth | None) -> dict[str, Judgement]:
    """Each view of which it is known what was to be seen: by `truth`, or by the recording itself."""
    judged = {}
    for one in tally.views.values():
        scenes = recorded.scenes(one.view, one.groups) if truth is None else truth.scenes(one.view, one.last_s)
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
