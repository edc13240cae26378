"""`edgeclassify replay` as its users call it: events and figures, and each bad input with one message."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from tests.recording.files import TIMES, scores, truth, write_recording, write_streams

Output = pytest.CaptureFixture[str]


def records(output: Output, *arguments: object) -> list[dict[str, Any]]:
    """What it prints with --json, each line an object."""
    assert main(["replay", *map(str, arguments), "--json"]) == ExitStatus.OK
    found = output.readouterr()
    assert found.err == ""
    return [json.loads(line) for line in found.out.splitlines()]


def refusal(output: Output, *arguments: object, status: ExitStatus = ExitStatus.DATA) -> str:
    """The one message, where nothing is printed but that."""
    assert main(["replay", *map(str, arguments), "--json"]) == status
    found = output.readouterr()
    assert found.out == ""
    assert len(found.err.splitlines()) == 1
    assert found.err.startswith("edgeclassify: ")
    return found.err


def config(tmp_path: Path, view: str = "", *, name: str = "gate") -> Path:
    path = tmp_path / "new.toml"
    path.write_text(f'[[camera]]\nname = "front"\nsource = "synthetic:"\n[[view]]\nname = "{name}"\n{view}\n')
    return path


def test_streams_give_an_object_per_event_and_a_summary(tmp_path: Path, capsys: Output) -> None:
    *events, last = records(capsys, write_streams(tmp_path / "a.npz"))
    assert [(one["event_type"], one["label"], one["index"], one["stream"]) for one in events] == [
        ("start", "1", 1, 0),
        ("end", "1", 1, 0),
        ("start", "2", 2, 0),
    ]
    assert all(5 <= one["t"] <= 25 and one["why"]["best"] for one in events)
    assert events[1]["why"]["reason"] == "replaced"
    assert [one["t"] for one in events] == sorted(one["t"] for one in events)
    summary = last.pop("summary")
    assert not last
    assert (summary["frames"], summary["starts"], summary["ends"], summary["updates"]) == (60, 2, 1, 0)
    assert (summary["scenes"], summary["missed"], summary["extra_starts"], summary["flaps"]) == (2, 0, 0, 0)
    assert summary["hours"] == round(29.5 / 3600, 4)
    assert summary["delay_s"] == round(((events[0]["t"] - 5) + (events[2]["t"] - 20)) / 2, 3)
    assert list(summary["streams"]) == ["0"]
    assert "as_live" not in summary


def test_times_are_those_of_the_file(tmp_path: Path, capsys: Output) -> None:
    here = records(capsys, write_streams(tmp_path / "a.npz"))
    later = records(capsys, write_streams(tmp_path / "b.npz", t0=TIMES + 1000))
    assert [one["t"] - 1000 for one in later[:-1]] == [one["t"] for one in here[:-1]]


def test_several_streams_are_decided_on_each_by_itself(tmp_path: Path, capsys: Output) -> None:
    path = write_streams(tmp_path / "a.npz", t2=TIMES, s2=(scores() * 255).astype(np.uint8), y2=truth())
    *events, last = records(capsys, path)
    assert [(one["stream"], one["event_type"]) for one in events] == [
        (stream, kind) for stream in (0, 2) for kind in ("start", "end", "start")
    ]
    assert last["summary"]["scenes"] == 4
    assert [one["stream"] for one in records(capsys, path, "--view", 2)[:-1]] == [2, 2, 2]


def test_without_truth_there_are_no_figures_of_it(tmp_path: Path, capsys: Output) -> None:
    summary = records(capsys, write_streams(tmp_path / "a.npz", y0=None))[-1]["summary"]
    assert not {"scenes", "missed", "delay_s"} & set(summary)


def test_labels_of_the_file_are_shown(tmp_path: Path, capsys: Output) -> None:
    events = records(capsys, write_streams(tmp_path / "a.npz", labels=np.array(["closed", "open", "cat"])))[:-1]
    assert [(one["label"], one["index"]) for one in events] == [("open", 1), ("open", 1), ("cat", 2)]


def test_groups_of_a_config_hold_for_labels_of_the_file(tmp_path: Path, capsys: Output) -> None:
    path = write_streams(tmp_path / "a.npz", labels=np.array(["closed", "open", "cat"]))
    *events, last = records(capsys, path, "--config", config(tmp_path, 'groups = {gate = ["closed", "open"]}'))
    assert [(one["label"], one["index"]) for one in events] == [("gate", -1), ("gate", -1), ("cat", 2)]
    assert last["summary"]["missed"] == 0  # "open" was to be seen, and its group was


def test_a_recording_by_its_own_rules(tmp_path: Path, capsys: Output) -> None:
    *events, last = records(capsys, write_recording(tmp_path / "a.jsonl.gz"))
    assert [(one["event_type"], one["label"], one["view"], one["t"]) for one in events] == [
        ("start", "open", "gate", 6.0),
        ("end", "open", "gate", 21.0),
        ("start", "cat", "gate", 21.0),
    ]
    assert all(one["id"] for one in events)
    assert last["summary"]["as_live"] is False  # it says that nothing had come


def test_a_config_and_a_truth(tmp_path: Path, capsys: Output) -> None:
    """In groups, one of which is never shown."""
    rules = 'filter = "none"\nthreshold_enter = 0.95\ngroups = {gate = ["closed", "open"]}'
    told = tmp_path / "truth.csv"
    told.write_text("t,view,label\n5,gate,gate\n20,gate,cat\n")
    *events, last = records(
        capsys, write_recording(tmp_path / "a"), "--config", config(tmp_path, rules), "--truth", told
    )
    assert events == []
    assert (last["summary"]["scenes"], last["summary"]["missed"]) == (2, 2)
    assert last["summary"]["delay_s"] is None
    assert "as_live" not in last["summary"]


def test_a_truth_of_labels_that_the_new_config_never_shows_is_refused(tmp_path: Path, capsys: Output) -> None:
    told = tmp_path / "truth.csv"
    told.write_text("t,label\n5,open\n")
    made = config(tmp_path, 'groups = {gate = ["closed", "open"]}')
    said = refusal(capsys, write_recording(tmp_path / "a"), "--config", made, "--truth", told)
    assert "line 2: label: expected one that view gate can show, found open" in said


def test_what_lasts_by_another_config_counts_by_itself(tmp_path: Path, capsys: Output) -> None:
    made = config(tmp_path, 'filter = "none"\nlasting = { open = [5, 10, 60] }')
    *events, last = records(capsys, write_recording(tmp_path / "a"), "--config", made)
    assert [(one["event_type"], one["t"]) for one in events] == [
        ("start", 6.0), ("lasting", 11.0), ("lasting", 16.0), ("end", 21.0), ("start", 21.0),
    ]  # fmt: skip
    assert [one["why"]["lasting_s"] for one in events[1:3]] == [5.0, 10.0]
    assert {one["id"] for one in events[:4]} == {events[0]["id"]}
    summary = last["summary"]
    assert (summary["starts"], summary["lasting"], summary["ends"], summary["updates"]) == (2, 2, 1, 0)
    assert main(["explain", str(tmp_path / "a"), "--config", str(made)]) == ExitStatus.OK
    assert "lasting of open: it has been there for 10 s" in capsys.readouterr().out


def test_in_words(tmp_path: Path, capsys: Output) -> None:
    assert main(["replay", str(write_recording(tmp_path / "a"))]) == ExitStatus.OK
    lines = capsys.readouterr().out.splitlines()
    assert " ".join(lines[0].split()) == ("6.00 s gate start open 0.90 0.90 of 0.60 needed, for 1 s (1 s needed)")
    assert lines[-3].split() == ["view", "time", "frames", "starts", "flaps/h"]
    assert lines[-2].split() == ["gate", "0:00:30", "60", "2", "0.0"]
    assert lines[-1].startswith("NOT the same events as live")


def test_the_table_is_whole_where_nobody_knows_how_wide_it_may_be(tmp_path: Path, capsys: Output) -> None:
    assert main(["replay", str(write_streams(tmp_path / "a.npz"))]) == ExitStatus.OK
    heads = capsys.readouterr().out.splitlines()[-2]
    assert heads.split() == (
        [
            "stream",
            "time",
            "frames",
            "starts",
            "flaps/h",
            "scenes",
            "missed",
            "delay",
            "extra/h",
            "false/h",
            "repeated/h",
        ]
    )


def test_scores_that_are_no_numbers_count_for_nothing_and_are_told(tmp_path: Path, capsys: Output) -> None:
    changed = scores()
    changed[[15, 16], 0] = np.nan
    assert main(["replay", str(write_streams(tmp_path / "a.npz", s0=changed)), "--json"]) == ExitStatus.OK
    found = capsys.readouterr()
    assert [json.loads(line).get("event_type") for line in found.out.splitlines()] == [
        "start",
        "end",
        "start",
        None,
    ]
    assert found.err.count("\n") == 1
    assert "s0: 2 frames have scores that are no numbers" in found.err


BACK = TIMES.copy()
BACK[30:] -= 10


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"t0": None, "s0": None, "y0": None, "images": np.zeros(3)}, "of another kind"),
        ({"t0": None}, "found s0, y0"),
        ({"s0": None}, "s0: expected scores of shape (60, labels), as t0 has frames, found none"),
        ({"s0": scores()[:50]}, "found float32 of shape (50, 3)"),
        ({"s0": scores()[:, 0]}, "found float32 of shape (60,)"),
        ({"s0": scores()[:, :0]}, "found float32 of shape (60, 0)"),
        ({"s0": (scores() * 255).astype(np.int16)}, "expected uint8 (255 is 1) or float, found int16"),
        ({"s0": scores() * 100}, "expected scores of 0-1, found 10"),
        ({"s0": scores() - 0.5}, "expected scores of 0-1, found -0.4"),
        ({"t0": BACK}, "t0: expected seconds that never go back, found 5 after 14.5 (frame 30)"),
        ({"t0": np.where(TIMES == 3, np.nan, TIMES)}, "t0: expected finite seconds"),
        ({"t0": TIMES.reshape(2, 30)}, "t0: expected seconds, shape (frames,)"),
        ({"y0": truth()[:5]}, "y0: expected class indices (int) of shape (60,), found int16 of shape (5,)"),
        ({"y0": truth().astype(np.float32)}, "found float32 of shape (60,)"),
        ({"y0": truth() + 1}, "y0: expected class indices below 3, found 3"),
        ({"labels": np.array(["a", "b"])}, "labels: expected 3 texts, as s0 has"),
        ({"labels": np.array([1, 2, 3])}, "labels: expected 3 texts"),
        ({"t0": np.array([None, {}], object)}, "expected a whole .npz of numbers"),
    ],
)  # fmt: skip
def test_streams_that_do_not_fit_are_refused(
    arrays: dict[str, Any], said: str, tmp_path: Path, capsys: Output
) -> None:
    assert said in refusal(capsys, write_streams(tmp_path / "a.npz", **arrays))


def test_files_that_are_no_streams_are_refused(tmp_path: Path, capsys: Output) -> None:
    whole = write_streams(tmp_path / "whole.npz").read_bytes()
    for content, said in [
        (b"hello world\n", "found another kind of file"),
        (b"", "found an empty file"),
        (whole[: len(whole) // 2], "found one that is cut off"),
        (whole[:300] + b"\xff" * 9 + whole[309:], "expected a whole .npz"),
    ]:
        (tmp_path / "a.npz").write_bytes(content)
        assert said in refusal(capsys, tmp_path / "a.npz")
    assert "found nothing there" in refusal(capsys, tmp_path / "no.npz")
    (tmp_path / "folder.npz").mkdir()
    assert "Is a directory" in refusal(capsys, tmp_path / "folder.npz")
    os.mkfifo(tmp_path / "pipe.npz")
    assert "no plain file" in refusal(capsys, tmp_path / "pipe.npz")


def test_files_that_are_no_recordings_are_refused(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "text").write_text("hello\n")
    assert "expected a recording, found something else" in refusal(capsys, tmp_path / "text")
    assert "found nothing there" in refusal(capsys, tmp_path / "no")


def test_a_recording_that_is_cut_off_is_replayed_up_to_there(tmp_path: Path, capsys: Output) -> None:
    path = write_recording(tmp_path / "a")
    path.write_bytes(path.read_bytes()[:-20])
    assert main(["replay", str(path), "--json"]) == ExitStatus.OK
    found = capsys.readouterr()
    assert "summary" in json.loads(found.out.splitlines()[-1])
    assert found.err.count("\n") == 1
    assert "cut off after" in found.err


def test_what_is_asked_and_not_there(tmp_path: Path, capsys: Output) -> None:
    streams, recording = write_streams(tmp_path / "a.npz"), write_recording(tmp_path / "a")
    usage = ExitStatus.USAGE
    assert "number of a stream: 0; found 7" in refusal(capsys, streams, "--view", 7, status=usage)
    assert 'Did you mean "gate"?' in refusal(capsys, recording, "--view", "gat", status=usage)
    assert "their truth is y0" in refusal(capsys, streams, "--truth", tmp_path / "t.csv", status=usage)
    other = config(tmp_path, name="yard")
    assert "expected a view gate, as in the recording" in refusal(
        capsys, recording, "--config", other, status=usage
    )
    assert "found nothing there" in refusal(capsys, recording, "--config", "no.toml", status=ExitStatus.CONFIG)
    assert "that can be read" in refusal(capsys, recording, "--truth", tmp_path / "no.csv")
