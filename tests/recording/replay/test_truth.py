"""What was to be seen, as a person writes it down."""

from pathlib import Path

import pytest

from edgeclassify.errors import RecordingError
from edgeclassify.recording.replay.judgement import Scene
from edgeclassify.recording.replay.truth import Truth

LABELS = {"gate": ("open", "closed"), "yard": ("cat",)}
STARTED = 1_700_000_000.0


def truth(tmp_path: Path, content: str | bytes, labels: dict[str, tuple[str, ...]] | None = None) -> Truth:
    path = tmp_path / "truth.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Truth(path, LABELS if labels is None else labels, STARTED)


def scenes(found: list[Scene] | None) -> list[tuple[str | None, float, float]]:
    assert found is not None
    return [(one.label, one.begin_s, round(one.end_s, 6)) for one in found]


def test_from_a_row_to_the_view_s_next(tmp_path: Path) -> None:
    found = truth(tmp_path, "t,view,label\n5,gate,open\n7,yard,cat\n9,gate,\n12,gate,closed\n8,yard,unknown\n")
    assert scenes(found.scenes("gate", 20.0)) == [("open", 5, 9), (None, 9, 12), ("closed", 12, 20)]
    assert scenes(found.scenes("yard", 20.0)) == [("cat", 7, 8), (None, 8, 20)]


def test_the_last_moment_of_the_recording_is_in_the_last_scene(tmp_path: Path) -> None:
    found = truth(tmp_path, "t,view,label\n5,gate,open\n").scenes("gate", 20.0)
    assert found is not None
    assert found[0].end_s > 20.0


def test_rows_may_stand_in_any_order(tmp_path: Path) -> None:
    found = truth(tmp_path, "label,t,view\nclosed,9,gate\nopen,5,gate\n")
    assert scenes(found.scenes("gate", 10.0)) == [("open", 5, 9), ("closed", 9, 10)]


def test_times_of_the_day(tmp_path: Path) -> None:
    found = truth(tmp_path, "t,view,label\n2023-11-14T22:13:30Z,gate,open\n2023-11-14T23:13:40+01:00,gate,\n")
    assert scenes(found.scenes("gate", 30.0)) == [("open", 10, 20), (None, 20, 30)]


def test_the_only_view_need_not_be_named(tmp_path: Path) -> None:
    found = truth(tmp_path, "t, label\n1, cat\n", {"yard": ("cat",)})
    assert scenes(found.scenes("yard", 2.0)) == [("cat", 1, 2)]


def test_of_a_view_without_rows_nobody_says(tmp_path: Path) -> None:
    assert truth(tmp_path, "t,view,label\n5,gate,open\n").scenes("yard", 9.0) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "expected a first line t,view,label, found none"),
        ("a,b\n", "expected a first line t,view,label, found a,b"),
        ("t,view,label\n1,gate,opn\n", 'line 2: label: expected one that view gate can show, found opn. Did'),
        ("t,view,label\n1,gat,open\n", 'line 2: view: expected one of gate, yard, found gat. Did you'),
        ("t,label\n1,open\n", "line 2: view: expected one of gate, yard, found none"),
        ("t,view,label\n1,gate,open\n,gate,open\n", "line 3: t: expected seconds, or a time"),
        ("t,view,label\nnan,gate,open\n", "line 2: t: expected finite seconds, found nan"),
        (b"t,view,label\n1,gate,\xff\n", "expected UTF-8 text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(RecordingError) as caught:
        truth(tmp_path, content)
    assert f"{tmp_path}/truth.csv" in str(caught.value)
    assert said in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="expected a CSV file that can be read: No such file"):
        Truth(tmp_path / "no.csv", LABELS, STARTED)
    with pytest.raises(RecordingError, match="pipe or device"):
        Truth(Path("/dev/null"), LABELS, STARTED)
