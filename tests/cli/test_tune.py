"""`edgeclassify tune` as its users call it: what it proposes, draws and writes, and what it refuses."""

import os
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from edgeclassify.__main__ import main
from edgeclassify.config.editing.config_file import ConfigFile
from edgeclassify.errors import ExitStatus
from edgeclassify.files import StagedFile
from tests.recording.files import write_recording, write_streams

Output = pytest.CaptureFixture[str]

CONFIG = """\
# mine
[[camera]]
name = "front"
source = "synthetic:"

[[view]]
name = "yard"  # another one

[[view]]
# slow on purpose
name = "gate"
threshold_enter   = 0.95   # sure
confirm_s = 4.0
hold_s = 1.0

[view.motion]
gate = true  # saves power

# the end
"""


def tuned(output: Output, *arguments: object, status: ExitStatus = ExitStatus.OK) -> tuple[str, str]:
    """What it prints."""
    assert main(["tune", *map(str, arguments), "--tries", "12"]) == status
    found = output.readouterr()
    return found.out, found.err


def refusal(output: Output, *arguments: object, status: ExitStatus = ExitStatus.USAGE) -> str:
    """The message, where nothing else is printed."""
    out, err = tuned(output, *arguments, status=status)
    assert out == ""
    assert err.startswith("edgeclassify: ")
    return err


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def told(tmp_path: Path) -> Path:
    path = tmp_path / "truth.csv"
    path.write_text("t,view,label\n0,gate,\n5,gate,open\n20,gate,cat\n")
    return path


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write_recording(tmp_path / "gate.jsonl.gz")


def proposed(out: str) -> dict[str, object]:
    """The lines behind "Proposed for …" as TOML."""
    _, lines = out.split("on this recording:\n")
    return tomllib.loads("\n".join(line for line in lines.splitlines() if "=" in line))


def test_streams_know_what_was_to_be_seen(tmp_path: Path, capsys: Output) -> None:
    out, err = tuned(capsys, write_streams(tmp_path / "a.npz"))
    assert err == ""
    head, *rows = out.splitlines()
    assert head.split() == [
        "wrong/h", "extra/h", "delay", "missed", "filter", "enter", "exit", "confirm", "expire",
    ]  # fmt: skip
    names = [row.split()[0] for row in rows[:3]]
    assert names[-2:] == ["present", "proposed"] or names[:2] == ["present", "proposed"]
    assert "Of 2 scenes, times in seconds" in out
    assert "Proposed for the [[view]] that such scores are of" in out
    assert list(proposed(out))[:5] == ["threshold_enter", "threshold_exit", "confirm_s", "expire_s", "filter"]


def test_the_same_seed_proposes_the_same(tmp_path: Path, capsys: Output) -> None:
    path = write_streams(tmp_path / "a.npz")
    first = tuned(capsys, path, "--seed", 3)
    assert tuned(capsys, path, "--seed", 3) == first
    assert tuned(capsys, path, "--seed", 4) != first


def test_a_recording_with_a_truth_and_a_plot(
    tmp_path: Path, recording: Path, told: Path, config: Path, capsys: Output
) -> None:
    plot = tmp_path / "plot.svg"
    out, _ = tuned(capsys, recording, "--truth", told, "--config", config, "--plot", plot)
    assert "Proposed for the [[view]] gate, on this recording" in out
    assert out.splitlines()[-1] == f"plot: {plot}"
    words = [one.text for one in ElementTree.parse(plot).iter("{http://www.w3.org/2000/svg}text")]
    assert {"Wrong starts against delay", "mean delay (s)", "wrong starts per hour", "tried"} <= set(words)
    assert any(str(word).startswith("present (") for word in words)
    assert any(str(word).startswith("proposed (") for word in words)
    assert config.read_text() == CONFIG  # nothing was to be written


def test_what_is_proposed_is_written_and_nothing_else_changes(
    recording: Path, told: Path, config: Path, capsys: Output
) -> None:
    config.chmod(0o640)
    out, _ = tuned(capsys, recording, "--truth", told, "--config", config, "--write")
    keys = proposed("".join(line + "\n" for line in out.splitlines() if not line.startswith("written")))
    before, after = tomllib.loads(CONFIG), tomllib.loads(config.read_text())
    assert after["view"][1] == before["view"][1] | keys
    assert {**after, "view": after["view"][0]} == {**before, "view": before["view"][0]}
    kept = config.read_text().splitlines()
    for line in CONFIG.splitlines():
        if not line.startswith(("threshold_enter", "confirm_s")):
            assert line in kept
    assert any(line.startswith("threshold_enter   = ") and line.endswith("   # sure") for line in kept)
    assert config.stat().st_mode & 0o777 == 0o640
    assert out.splitlines()[-1].startswith(f"written: {config}, [[view]] gate: threshold_enter, threshold_exit, ")
    assert not list(config.parent.glob("*.tmp"))


def test_what_somebody_else_has_written_meanwhile_stays(
    recording: Path, told: Path, config: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = ConfigFile.stage

    def meanwhile(self: ConfigFile, content: bytes) -> StagedFile:
        config.write_text(f"{CONFIG}# by the page\n")
        return stage(self, content)

    monkeypatch.setattr(ConfigFile, "stage", meanwhile)
    arguments = recording, "--truth", told, "--config", config, "--write"
    _, err = tuned(capsys, *arguments, status=ExitStatus.CONFIG)
    assert "it was changed meanwhile" in err
    assert config.read_text() == f"{CONFIG}# by the page\n"
    assert not list(config.parent.glob("*.tmp"))


def test_a_setting_that_nothing_beats_is_not_written_again(
    recording: Path, told: Path, config: Path, capsys: Output
) -> None:
    """At once right, without a delay."""
    text = CONFIG.replace("confirm_s = 4.0", 'confirm_s = 0.0\nfilter = "none"').replace("0.95", "0.6")
    config.write_text(text)
    inode = config.stat().st_ino
    out, _ = tuned(capsys, recording, "--truth", told, "--config", config, "--write")
    assert "none is better than the present one" in out
    assert (config.read_text(), config.stat().st_ino) == (text, inode)


def test_a_view_that_holds_by_default_gets_a_table(
    recording: Path, told: Path, config: Path, capsys: Output
) -> None:
    config.write_text('[[camera]]\nname = "gate"\nsource = "synthetic:"\n')
    out, _ = tuned(capsys, recording, "--truth", told, "--config", config, "--write")
    keys = proposed("".join(line + "\n" for line in out.splitlines() if not line.startswith("written")))
    assert tomllib.loads(config.read_text())["view"] == [{"name": "gate", "camera": "gate", **keys}]
    assert "[[view]] gate: threshold_enter, " in out


def test_write_needs_a_config_and_one_view(tmp_path: Path, recording: Path, config: Path, capsys: Output) -> None:
    assert "--write: expected --config" in refusal(capsys, recording, "--write")
    both = write_recording(tmp_path / "both", views=("gate", "yard"))
    told = tmp_path / "both.csv"
    told.write_text("t,view,label\n5,gate,open\n5,yard,open\n")
    said = refusal(capsys, both, "--truth", told, "--config", config, "--write")
    assert "--write: expected one view, found gate, yard. Choose one by --view." in said
    assert config.read_text() == CONFIG


@pytest.mark.skipif(os.geteuid() == 0, reason="needs a user who may not write everything, and this is root")
def test_a_config_that_can_not_be_written_is_refused_before_the_search(
    recording: Path, told: Path, config: Path, capsys: Output
) -> None:
    config.chmod(0o440)
    arguments = recording, "--truth", told, "--config", config, "--write"
    assert "it and its folder must belong to" in refusal(capsys, *arguments, status=ExitStatus.CANNOT_WRITE)


def test_what_can_not_be_tuned(tmp_path: Path, recording: Path, config: Path, capsys: Output) -> None:
    data = ExitStatus.DATA
    untold = write_streams(tmp_path / "a.npz", y0=None)
    assert "expected to be told what was to be seen" in refusal(capsys, untold, status=data)
    assert "expected to be told what was to be seen" in refusal(capsys, recording, status=data)
    assert "found a.png" in refusal(capsys, recording, "--plot", "a.png")
    told = tmp_path / "t.csv"
    for content, said in [
        (
            "t,label\n1,opn\n",
            'line 2: label: expected one that view gate can show, found opn. Did you mean "open"?',
        ),
        ("when,what\n", "expected a first line t,view,label, found when,what"),
        ("t,view,label\n1,yard,open\n", "line 2: view: expected one of gate, found yard"),
        ("t,label\nsoon,open\n", "line 2: t: expected seconds, or a time"),
        ("t,label\ninf,open\n", "line 2: t: expected finite seconds"),
        ("t,label\n1,\n", "expected to be told what was to be seen"),
    ]:
        told.write_text(content)
        assert said in refusal(capsys, recording, "--truth", told, status=data)


def test_a_plot_that_can_not_be_drawn_there_says_so(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "file").touch()
    arguments = write_streams(tmp_path / "a.npz"), "--plot", tmp_path / "file" / "a.svg"
    _, err = tuned(capsys, *arguments, status=ExitStatus.CANNOT_WRITE)
    assert "can't be written" in err
