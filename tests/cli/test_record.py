"""`edgeclassify record`: what it asks, and what it refuses before it asks."""

import os
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.cli.support.durations import duration
from edgeclassify.cli.support.recorded.fetched import fetch
from edgeclassify.errors import ExitStatus, StorageError, UsageError
from edgeclassify.recording.format.frame_images import images_folder

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


def test_pictures_where_the_config_rules_them_out(config: Path, capsys: Output) -> None:
    config.write_text(config.read_text().replace("[node]", "[node]\nlabels_only = true"))
    said = refusal(capsys, "--config", config, "--frames", status=ExitStatus.USAGE)
    assert "--frames: no pictures: node.labels_only is true" in said
    assert "Record without --frames" in said


@pytest.mark.parametrize("option", ["--frames-interval-s", "--frames-max-mb"])
def test_bounds_of_pictures_that_nobody_asks_for(option: str, config: Path, capsys: Output) -> None:
    said = refusal(capsys, "--config", config, option, "2", status=ExitStatus.USAGE)
    assert "expected with --frames, found them without" in said


def test_a_folder_of_pictures_that_is_there(config: Path, capsys: Output) -> None:
    (config.parent / "gate.frames").mkdir()
    file = config.parent / "gate.jsonl.gz"
    said = refusal(capsys, file, "--config", config, "--frames", status=ExitStatus.USAGE)
    assert "gate.frames: expected a name that is free, for the pictures" in said
    assert "expected a running daemon" in refusal(capsys, file, "--config", config, status=ExitStatus.CANNOT_WRITE)


def test_a_recording_is_fetched_with_its_pictures(tmp_path: Path) -> None:
    recorded, file = tmp_path / "state" / "a.jsonl.gz", tmp_path / "mine.jsonl.gz"
    own, images = images_folder(recorded), images_folder(file)
    own.mkdir(parents=True)
    recorded.write_bytes(b"scores")
    (own / "front-x-1.jpg").write_bytes(b"one")
    (own / "front-x-2.jpg").write_bytes(b"two")
    (own / ".front-x-3.jpg.tmp").write_bytes(b"thr")
    before = os.umask(0)
    try:
        fetch(recorded, file)
    finally:
        os.umask(before)
    assert file.read_bytes() == b"scores"
    assert {path.name: path.read_bytes() for path in images.iterdir()} == {
        "front-x-1.jpg": b"one", "front-x-2.jpg": b"two",
    }  # fmt: skip
    assert images.stat().st_mode & 0o777 == 0o750
    assert {path.stat().st_mode & 0o777 for path in images.iterdir()} == {0o640}
    assert list((tmp_path / "state").iterdir()) == []


def test_pictures_that_cannot_be_fetched_stay_where_they_are(tmp_path: Path) -> None:
    recorded, file = tmp_path / "state" / "a.jsonl.gz", tmp_path / "mine.jsonl.gz"
    own = images_folder(recorded)
    own.mkdir(parents=True)
    recorded.write_bytes(b"scores")
    (own / "front-x-1.jpg").write_bytes(b"one")
    images_folder(file).write_bytes(b"in its way")
    with pytest.raises(
        StorageError, match=r"mine.frames: the pictures can't be copied there: File exists. They are"
    ):
        fetch(recorded, file)
    assert (own / "front-x-1.jpg").read_bytes() == b"one"
    assert recorded.read_bytes() == b"scores"
