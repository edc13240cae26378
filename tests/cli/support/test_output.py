"""Standard output that breaks: every command ends, with one line or none."""

import io
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from edgeclassify.cli.support.output import (
    CheckedOutput,
    OutputClosedError,
    OutputError,
    OutputWatch,
    checked_output,
)
from edgeclassify.errors import ExitStatus
from tests.support.waiting import patient

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full (Linux)")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(
        f'[node]\nname = "n"\nstate_dir = "{tmp_path}/state"\n[mqtt]\nhost = "127.0.0.1"\nresults = true\n'
        '[[camera]]\nname = "a"\nsource = "synthetic:"\ninterval_s = 0.1\n[[view]]\nname = "v"\ncamera = "a"\n'
    )
    return path


def command(config: Path, words: str) -> list[str]:
    return [sys.executable, "-m", "edgeclassify", *words.replace("CONFIG", str(config)).split()]


COMMANDS = ["run --console -c CONFIG", "demo --interval 0.2", "check --example", "models list", "--help"]


@needs_full
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", COMMANDS)
def test_a_full_device_ends_the_command_with_one_line(config: Path, words: str, unbuffered: str) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            command(config, words), stdout=full, stderr=subprocess.PIPE, text=True, check=False,
            timeout=patient(60),
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )  # fmt: skip
    assert done.returncode == ExitStatus.CANNOT_WRITE
    said = [line for line in done.stderr.splitlines() if "INFO" not in line]
    assert said == [
        "edgeclassify: standard output: can't be written: No space left on device. Check the disk that it goes to."
    ]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_reader_that_went_away_ends_the_command_in_silence(config: Path, words: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        command(config, words), stdout=writer, stderr=subprocess.PIPE, text=True, check=False, timeout=patient(60)
    )
    os.close(writer)
    assert done.returncode == ExitStatus.SOME_FAILED
    assert [line for line in done.stderr.splitlines() if "INFO" not in line] == []


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(FileNotFoundError), checked_output():
        Path("/nowhere/at/all").read_text()


def test_the_first_error_stays_even_where_it_was_swallowed() -> None:
    class Failing(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    out = CheckedOutput(Failing())
    with pytest.raises(OutputError, match="No space left"):
        out.write("")
    with pytest.raises(OutputError, match="No space left"):
        out.flush()


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "caf\u00e9 \u2588 \\udcff\n".encode()),
        ("iso8859-1", b"caf\xe9 \\u2588 \\udcff\n"),
        ("ascii", "caf\u00e9 \u2588 \\udcff\n".encode()),
    ],
)
def test_what_the_encoding_does_not_have_is_shown_as_its_number(encoding: str, shown: bytes) -> None:
    raw = io.BytesIO()
    before, sys.stdout = sys.stdout, io.TextIOWrapper(raw, encoding=encoding)
    try:
        with checked_output():
            click.echo("caf\u00e9 \u2588 \udcff")
        assert raw.getvalue() == shown
    finally:
        sys.stdout = before


def test_a_watch_stops_the_run_also_when_it_learns_late_how_to() -> None:
    stopped: list[int] = []
    watch = OutputWatch()
    watch.stops(lambda: stopped.append(1))
    watch.check()
    watch.broken(OutputClosedError("gone"))
    watch.broken(OutputError("full"))
    assert stopped == [1, 1]
    with pytest.raises(OutputClosedError):
        watch.check()
    watch.stops(lambda: stopped.append(2))
    assert stopped == [1, 1, 2]
