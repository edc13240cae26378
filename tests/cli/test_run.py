"""`edgeclassify run`: the config that it takes, and what a trial beside the service leaves alone."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.publish.spool.disk import open_spool
from tests.sources.image_files import encode, two_halves
from tests.support.waiting import patient


def write(folder: Path, more: str = "") -> Path:
    config = folder / "c.toml"
    config.write_text(
        f'[node]\nname = "porch"\nstate_dir = "{folder}/state"\n[mqtt]\nhost = "broker.invalid"\n'
        '[[camera]]\nname = "front"\nsource = "synthetic:"\ninterval_s = 0.01\n'
        # Noise is nothing that a model knows: with this threshold whatever is best enters at once.
        '[[view]]\nname = "gate"\nthreshold_enter = 0.01\nthreshold_exit = 0.001\nunknown_below = 0.0\n'
        f"confirm_s = 0\n{more}"
    )
    return config


def held(folder: Path) -> list[tuple[str, bytes]]:
    return [(str(file), file.read_bytes()) for file in sorted(folder.rglob("*")) if file.is_file()]


@pytest.mark.parametrize("exists", [True, False])
def test_a_trial_on_the_console_leaves_the_services_state_alone(
    exists: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither its numbers nor its lock, and no picture of it is deleted for one of the trial."""
    state = tmp_path / "state"
    config = write(tmp_path, "[snapshot]\ndisk = true\n[recovery]\nfresh_process = false\n")
    if exists:
        assert main(["run", "-c", str(config), "--frames", "3"]) == ExitStatus.OK
        capsys.readouterr()
    before = held(state)
    assert bool(before) is exists
    assert main(["run", "-c", str(config), "--console", "--frames", "3"]) == ExitStatus.OK
    assert held(state) == before
    shown = capsys.readouterr().out
    assert "porch/gate/event" in shown
    assert '"seq":1,' in shown


def test_a_trial_on_the_console_beside_the_service(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The service holds the lock of its folder meanwhile."""
    from edgeclassify.config import load_config

    config = write(tmp_path)
    (tmp_path / "state").mkdir()
    spool = open_spool(tmp_path / "state", load_config(config).spool)
    try:
        assert main(["run", "-c", str(config), "--console", "--frames", "2"]) == ExitStatus.OK
    finally:
        spool.close()


def test_a_recording_from_the_start_on_with_pictures(tmp_path: Path) -> None:
    config, file = write(tmp_path), tmp_path / "all.jsonl.gz"
    arguments = ["run", "-c", str(config), "--console", "--frames", "3", "--record", str(file), "--record-frames"]
    # A process of its own: what this one has written before counts against a day's pictures.
    subprocess.run([sys.executable, "-m", "edgeclassify", *arguments], check=True, capture_output=True)
    assert file.is_file()
    assert [path.name[:6] for path in (tmp_path / "all.frames").iterdir()] != []


def test_pictures_that_are_ruled_out_or_of_no_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, file = write(tmp_path), tmp_path / "all.jsonl.gz"
    assert main(["run", "-c", str(config), "--record-frames"]) == ExitStatus.USAGE
    assert "--record-frames: expected with --record FILE" in capsys.readouterr().err
    config.write_text(config.read_text().replace("[node]", "[node]\nlabels_only = true"))
    arguments = ["run", "-c", str(config), "--frames", "3", "--record", str(file), "--record-frames"]
    assert main(arguments) == ExitStatus.USAGE
    assert "--record-frames: no pictures: node.labels_only is true. Record without it." in capsys.readouterr().err
    assert not file.exists()
    assert main(arguments[:-1]) == ExitStatus.OK
    assert not (tmp_path / "all.frames").exists()


@pytest.mark.parametrize("after", ["keep", "delete", "move"])
def test_a_trial_on_the_console_leaves_watched_pictures_where_they_are(after: str, tmp_path: Path) -> None:
    """They are the service's: what the trial prints reaches nobody."""
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "a.jpg").write_bytes(encode(two_halves(), "JPEG"))
    before = held(drop)
    config = write(tmp_path)
    text = config.read_text().replace('source = "synthetic:"', f'source = "watch:{drop}"\nafter = "{after}"')
    config.write_text(text)
    assert main(["run", "-c", str(config), "--console", "--frames", "1"]) == ExitStatus.OK
    assert held(drop) == before


@pytest.mark.parametrize(
    "command", [["run", "-c"], ["run", "--console", "-c"], ["check"], ["snapshot", "--watch", "-c"]]
)
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("forbidden", ("Permission denied", "sudo")),
        ("a folder", ("found a folder", "Name the file")),
        ("not UTF-8", ("0xff at offset 2", "Save the file as UTF-8")),
        ("nothing", ("found nothing there", "check --example")),
    ],
)
def test_a_config_that_can_not_be_read(
    kind: str,
    words: tuple[str, ...],
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = tmp_path / "c.toml"
    if kind == "a folder":
        config.mkdir()
    elif kind == "not UTF-8":
        config.write_bytes(b"# \xff")
    elif kind == "forbidden":
        config.write_text("")
        forbid(monkeypatch, config)
    assert main([*command, str(config)]) == ExitStatus.CONFIG
    error = capsys.readouterr().err
    assert all(word in error for word in (*words, str(config)))
    assert error.startswith("edgeclassify: ")
    assert error.count("\n") == 1


def forbid(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """What a user sees who may not read the file (root, as in a container, may read everything)."""
    opened, accessible = os.open, os.access

    def no_open(name: Any, *args: Any, **options: Any) -> int:
        if name == path:
            raise PermissionError(13, "Permission denied", str(name))
        return opened(name, *args, **options)

    monkeypatch.setattr(os, "open", no_open)
    monkeypatch.setattr(os, "access", lambda name, mode: Path(os.fspath(name)) != path and accessible(name, mode))


@pytest.mark.parametrize(("arguments", "at_once"), [("None", True), ("sys.argv[1:]", False)])
def test_the_process_ends_as_soon_as_all_is_stopped(arguments: str, at_once: bool, tmp_path: Path) -> None:
    """What Python does at its end takes seconds on a busy machine, and a stop may take two."""
    script = (
        "import atexit, sys\natexit.register(print, 'TAKEN APART')\n"
        "from edgeclassify.__main__ import main\n"
        f"sys.exit(main({arguments}))"
    )
    command = ["run", "-c", str(write(tmp_path)), "--console", "--frames", "2"]
    done = subprocess.run(
        [sys.executable, "-c", script, *command], capture_output=True, text=True, timeout=patient(60)
    )
    assert done.returncode == ExitStatus.OK
    assert "all frames done: 2 inferred" in done.stderr
    assert "porch/gate/event" in done.stdout
    assert ("TAKEN APART" not in done.stdout) is at_once


def test_the_process_ends_with_the_status_of_what_went_wrong(tmp_path: Path) -> None:
    config = write(tmp_path, "[snapshot]\ndisc = true\n")
    command = [sys.executable, "-m", "edgeclassify", "run", "-c", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(60))
    assert done.returncode == ExitStatus.CONFIG
    assert "disc" in done.stderr
