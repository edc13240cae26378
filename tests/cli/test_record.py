"""`edgeclassify record`: what it asks, and what it refuses before it asks."""

from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.cli.record import duration
from edgeclassify.errors import ExitStatus, UsageError

Output = pytest.CaptureFixture[str]


def refusal(output: Output, *arguments: object, status: ExitStatus) -> str:
    assert main(["record", *map(str, arguments)]) == status
    found = output.readouterr()
    assert found.out == ""
    assert found.err.startswith("edgeclassify: ")
    assert found.err.count("\n") == 1
    return found.err


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "c.toml"
    path.write_text('[node]\nstate_dir = "state"\n[[camera]]\nname = "front"\nsource = "synthetic:"\n')
    return path


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("1.5m", 90), ("2 min", 120), ("1h", 3600), ("2d", 172_800), (" 5s ", 5)],
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "0s", "-5", "1w", "1h30m", "nan", "s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(UsageError, match="--for: expected a time such as 90s, 15m, 1h or 2d, found"):
        duration(text)


def test_no_daemon_is_there(config: Path, capsys: Output) -> None:
    said = refusal(capsys, "--config", config, status=ExitStatus.CANNOT_WRITE)
    assert "expected a running daemon with this state folder, found none" in said
    assert "expected a running daemon" in refusal(
        capsys, "--config", config, "--stop", status=ExitStatus.CANNOT_WRITE
    )
    assert not (config.parent / "state" / "record.json").exists()


def test_a_file_that_is_there_is_not_written_over(config: Path, capsys: Output) -> None:
    said = refusal(capsys, config, "--config", config, status=ExitStatus.USAGE)
    assert "expected a name that is free, found a file there" in said


def test_a_time_that_is_none(config: Path, capsys: Output) -> None:
    assert "found 'soon'" in refusal(capsys, "--config", config, "--for", "soon", status=ExitStatus.USAGE)


def test_no_config(tmp_path: Path, capsys: Output) -> None:
    said = refusal(capsys, "--config", tmp_path / "no.toml", status=ExitStatus.CONFIG)
    assert "found nothing there" in said
