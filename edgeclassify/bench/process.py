"""The process of one run: started, heard, and ended, whatever it does. Its folder goes with it."""

import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any

from edgeclassify.errors import BenchError

FOLDER_PREFIX = "edgeclassify-bench-"
"""Of the folder where a run has its temporary files."""
_LAST_WORDS = 1024
_PARTING_S = 2.0
"""To end by itself, after its answer or once it is asked to."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a process said. `answer`: empty where it gave none; `end`: how it ended then, and its last words."""

    answer: dict[str, Any]
    end: str = ""


def said_by(command: Sequence[str], document: str, most_s: float, tell: Callable[[float], None]) -> Said:
    """Start it, hand it the document, and hear it. `tell`: hears how much is done, 0-1.

    Raises BenchError where it takes longer than `most_s` seconds. However this ends, the process has ended then.
    """
    is_late = threading.Event()
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as folder, tempfile.TemporaryFile() as errors:
        with _running(command, folder, errors) as child:
            timer = threading.Timer(most_s, _give_up, (child, is_late))
            timer.daemon = True
            timer.start()
            try:
                answer = _heard(child, document, tell)
                status = None if answer else child.wait()
            finally:
                timer.cancel()
        if answer:
            return Said(answer)
        if is_late.is_set():
            raise BenchError(
                f"the run took longer than {most_s:.0f} s. Use a smaller model, or a camera with more frames."
            )
        return Said({}, f"{_end(status or 0)}: {_last_words(errors)}")


@contextmanager
def _running(command: Sequence[str], folder: str, errors: IO[bytes]) -> Iterator["subprocess.Popen[str]"]:
    # Into a file: a pipe that nobody reads would be full at some time, and the process would wait for ever.
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        errors="replace",
        env=os.environ | {"TMPDIR": folder},
    ) as child:
        answered = False
        try:
            yield child
            answered = True
        finally:
            _ended(child, ask=not answered)


def _ended(child: "subprocess.Popen[str]", *, ask: bool) -> None:
    """Wait until it has ended, of itself or not."""
    if ask:
        child.terminate()
    try:
        child.wait(_PARTING_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _give_up(child: "subprocess.Popen[str]", is_late: threading.Event) -> None:
    is_late.set()
    _ended(child, ask=True)


def _heard(child: "subprocess.Popen[str]", document: str, tell: Callable[[float], None]) -> dict[str, Any]:
    assert child.stdin is not None
    assert child.stdout is not None
    with suppress(BrokenPipeError):  # it ended at once: how, is said
        child.stdin.write(document)
    with suppress(BrokenPipeError):
        child.stdin.close()
    return _answer(child.stdout, tell)


def _answer(lines: Iterable[str], tell: Callable[[float], None]) -> dict[str, Any]:
    """The first line that is an answer; nothing where there is none."""
    for line in lines:
        try:
            said = json.loads(line)
        except ValueError:  # what a library prints
            continue
        if isinstance(said, dict) and "done" in said:
            tell(said["done"])
        elif isinstance(said, dict) and ("run" in said or "refused" in said):
            return said
    return {}


def _last_words(errors: IO[bytes]) -> str:
    """The last line of what it wrote there."""
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - _LAST_WORDS))
    lines = errors.read().decode(errors="replace").strip().splitlines() or ["no word"]
    return lines[-1][:300]


def _end(status: int) -> str:
    try:
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"
    except ValueError:
        return f"signal {-status}"
