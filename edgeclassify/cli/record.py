"""`edgeclassify record`: the running daemon writes down what its deciders get."""

import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH, config_option
from edgeclassify.cli.support.durations import duration
from edgeclassify.cli.support.ended_by_signals import ended_by_signals
from edgeclassify.errors import EdgeClassifyError, StorageError, UsageError

if TYPE_CHECKING:
    from edgeclassify.recording.running.interface import FrameProgress
    from edgeclassify.recording.running.order import Answer, FramesOrder, RecordingOrder

PATIENCE_S = 10.0
"""How long a daemon may take to answer: it looks about once a second, and a reload takes its time."""
LOOK_S = 0.25


@click.command(short_help="Record what the running daemon decides by.")
@click.argument("file", type=CONFIG_PATH, required=False)
@config_option
@click.option("--view", "views", multiple=True, metavar="NAME", help="This view; may be given several times.")
@click.option("--for", "lasts", metavar="TIME", help="End after so long (15m, 1h); default: Ctrl-C ends it.")
@click.option(
    "--max-mb", type=click.FloatRange(0, 10_000, min_open=True), default=100.0, show_default=True,
    help="End when the recording is so large.",
)  # fmt: skip
@click.option("--frames", is_flag=True, help="Pictures of the frames too, as JPEGs in a folder beside it.")
@click.option(
    "--frames-interval-s", "interval_s", type=click.FloatRange(0, 86_400), metavar="SECONDS",
    help="With --frames: one picture of each camera in so long, and those of events; default: 1.",
)  # fmt: skip
@click.option(
    "--frames-max-mb", "frames_max_mb", type=click.FloatRange(0, 10_000, min_open=True), metavar="MB",
    help="With --frames: no more pictures when they are so large; default: 500.",
)  # fmt: skip
@click.option("--stop", is_flag=True, help="End a recording that another `record` has begun.")
def record(
    file: Path | None,
    path: Path,
    views: tuple[str, ...],
    lasts: str | None,
    max_mb: float,
    frames: bool,
    interval_s: float | None,
    frames_max_mb: float | None,
    stop: bool,
) -> None:
    """Have the running daemon write what its deciders get: scores, gaps, light and motion.

    It goes to FILE, or stays in the folder recordings of the daemon's state folder. Nothing waits for it: neither
    frames nor events. There are no pictures in it; with --frames some lie in a folder beside it, for FILE
    gate.jsonl.gz in gate.frames. `edgeclassify replay` decides on it again.

    \b
    Example:  edgeclassify record --for 1h gate.jsonl.gz
              edgeclassify record --for 1h --frames gate.jsonl.gz
              edgeclassify record --view gate --view yard evening.jsonl.gz
    """
    from edgeclassify.cli.support.recorded.fetched import check_free, fetch
    from edgeclassify.recording.running.order import RecordingOrder

    lasts_s = None if lasts is None else duration(lasts)
    wanted = _frames_wanted(frames, interval_s, frames_max_mb)
    if file is not None:
        check_free(file, with_images=frames)
    folder = _state_of(path, with_images=frames)
    order = RecordingOrder(uuid.uuid4().hex, views or None, lasts_s, max_mb, wanted)
    _check_daemon(folder)
    if stop:
        _take_back(folder)
        return
    with ended_by_signals():
        last = _follow(folder, order)
    if last is None or last.path is None:
        return
    shown = last.path
    if file is not None:
        fetch(last.path, file)
        shown = file
    click.echo(f"{shown}: {_in_words(last)}; {last.progress.ended or 'the daemon has ended'}")
    if last.progress.frames is not None:
        click.echo(_said_of_images(shown, last.progress.frames))


def _frames_wanted(frames: bool, interval_s: float | None, max_mb: float | None) -> "FramesOrder | None":
    """Raises UsageError for bounds of what is not asked for."""
    from edgeclassify.recording.running.order import FramesOrder

    given = {"interval_s": interval_s, "most_mb": max_mb}
    bounds = {name: value for name, value in given.items() if value is not None}
    if bounds and not frames:
        raise UsageError("--frames-interval-s, --frames-max-mb: expected with --frames, found them without")
    return FramesOrder(**bounds) if frames else None


def _said_of_images(recording: Path, images: "FrameProgress") -> str:
    from edgeclassify.recording.format.frame_images import images_folder

    dropped = f", {images.dropped} left out (coding or the disk was too slow)" if images.dropped else ""
    ended = f"; no more of them: {images.ended}" if images.ended else ""
    size = f"{images.bytes / 1e6:.1f} MB"
    return f"{images_folder(recording)}: {images.images:,} pictures, {size}{dropped}{ended}"


def _state_of(path: Path, *, with_images: bool) -> Path:
    """The state folder of the daemon that runs with this config. UsageError where that rules out what is asked."""
    from edgeclassify.daemon.kept.kept_state import state_folder
    from edgeclassify.service.sandbox import config_seen

    config, service = config_seen(path)
    with nullcontext() if service is None else service.environment():
        folder = state_folder(config)
    if folder is None:
        raise UsageError(f"{path}: expected a state folder, by which a daemon is asked. Set node.state_dir.")
    if with_images and config.node.labels_only:
        raise UsageError(f"--frames: no pictures: node.labels_only is true in {path}. Record without --frames.")
    return folder


def _check_daemon(folder: Path) -> None:
    from edgeclassify.publish.spool.numbers.lock import holder_of

    if holder_of(folder) is None:
        raise StorageError(
            f"{folder}: expected a running daemon with this state folder, found none. Start it (sudo systemctl "
            "start edgeclassify), name its config with --config, or use `edgeclassify run --record FILE`."
        )


def _take_back(folder: Path) -> None:
    from edgeclassify.recording.running.order import take_back

    try:
        take_back(folder)
    except OSError as error:
        raise _no_rights(folder, error) from error


def _no_rights(folder: Path, error: OSError) -> EdgeClassifyError:
    return StorageError(
        f"{folder}: the daemon can't be asked there: {error.strerror or error}. Run this as the daemon's user, or "
        "as root (sudo)."
    )


def _follow(folder: Path, order: "RecordingOrder") -> "Answer | None":
    """Ask, show how far it is until it has ended, and give the last answer."""
    from edgeclassify.recording.running.order import read_answer, read_order, write_order

    try:
        if read_order(folder) is not None:
            raise UsageError(
                f"{folder}: a recording is under way. `edgeclassify record --stop` ends it; only one is written "
                "at a time."
            )
    except (OSError, ValueError):
        pass  # the daemon says what is wrong with it
    try:
        write_order(folder, order)
    except OSError as error:
        raise _no_rights(folder, error) from error
    answer, begun = None, time.monotonic()
    try:
        with _progress_line() as show:
            while True:
                found = read_answer(folder)
                if found is not None and found.id == order.id:
                    answer = found
                    _check_done(order, answer)
                    show(_in_words(answer))
                    if answer.progress.ended is not None:
                        return answer
                elif answer is None and time.monotonic() - begun > PATIENCE_S:
                    raise StorageError(
                        f"{folder}: the daemon does not answer within {PATIENCE_S:g} s. Is it an older version, "
                        "or does it hang? Its log says more."
                    )
                if answer is not None and not _runs(folder):
                    return answer
                time.sleep(LOOK_S)
    except KeyboardInterrupt:
        return _end(folder, order, answer)
    except StorageError:
        _take_back(folder)
        raise


def _check_done(order: "RecordingOrder", answer: "Answer") -> None:
    """Raises StorageError where the daemon does not do what was asked."""
    if answer.path is None:
        raise StorageError(f"the daemon does not record: {answer.progress.ended}")
    if order.frames is not None and answer.progress.frames is None:
        raise StorageError("the daemon takes no pictures: it is an older version. Restart it.")


def _end(folder: Path, order: "RecordingOrder", answer: "Answer | None") -> "Answer | None":
    """It was long enough: the last word of the daemon."""
    from edgeclassify.recording.running.order import read_answer

    _take_back(folder)
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and _runs(folder):
        found = read_answer(folder)
        if found is not None and found.id == order.id:
            answer = found
            if answer.progress.ended is not None:
                break
        time.sleep(LOOK_S)
    return answer


def _runs(folder: Path) -> bool:
    from edgeclassify.publish.spool.numbers.lock import holder_of

    return holder_of(folder) is not None


def _in_words(answer: "Answer") -> str:
    progress = answer.progress
    lost = f", {progress.lost} LOST (the disk is too slow)" if progress.lost else ""
    pictures = "" if progress.frames is None else f", {progress.frames.images:,} pictures"
    minutes, seconds = divmod(round(progress.lasted_s), 60)
    return (
        f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}, {progress.inputs:,} inputs, {progress.events:,} events"
        f", {progress.bytes / 1e6:.1f} MB{lost}{pictures}"
    )


@contextmanager
def _progress_line() -> "Iterator[Shown]":
    """What shows how far it is: one line on a terminal, else nothing."""
    shown = Shown(sys.stderr.isatty())
    try:
        yield shown
    finally:
        shown.end()


class Shown:
    """A line on standard error that is written over."""

    def __init__(self, on_terminal: bool) -> None:
        self._on_terminal, self._text = on_terminal, ""

    def __call__(self, text: str) -> None:
        """Show this in its place."""
        if self._on_terminal and text != self._text:
            click.echo(f"\r\x1b[Krecording  {text}  (Ctrl-C ends it)", nl=False, err=True)
            self._text = text

    def end(self) -> None:
        """The line is done with."""
        if self._text:
            click.echo("\r\x1b[K", nl=False, err=True)
