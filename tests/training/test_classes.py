from pathlib import Path

import pytest

from training.classes import RENAMED, label_names, teacher_rows

BUILTIN_LABELS = Path(__file__).parents[2] / "edgeclassify" / "model" / "builtin" / "labels.txt"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with 200 made-up classes, ids not in order."""
    ids = [f"n{number:08d}" for number in range(200)]
    (tmp_path / "wnids.txt").write_text("\n".join(reversed(ids)))
    (tmp_path / "words.txt").write_text("".join(f"{wnid}\tthing {wnid}, other name\n" for wnid in ids))
    return tmp_path


def test_names_are_first_synonyms_in_the_order_of_ids(root: Path) -> None:
    assert label_names(root)[:2] == ["thing n00000000", "thing n00000001"]


def test_doubled_names_are_refused(root: Path) -> None:
    words = (root / "words.txt").read_text().replace("thing n00000007", "thing n00000003")
    (root / "words.txt").write_text(words)
    with pytest.raises(ValueError, match="two classes: thing n00000003"):
        label_names(root)


def test_teacher_rows_are_found_by_all_synonyms(root: Path) -> None:
    labels = root / "labels.txt"
    labels.write_text("background\n" + "".join(f"Thing n{number:08d}, other name\n" for number in range(200)))
    assert teacher_rows(root, labels) == list(range(1, 201))


def test_a_class_that_the_teacher_lacks_is_named(root: Path) -> None:
    labels = root / "labels.txt"
    labels.write_text("background\n")
    with pytest.raises(ValueError, match="no line 'thing n00000000, other name' for n00000000"):
        teacher_rows(root, labels)


def test_renamed_labels_are_those_of_the_built_in_model() -> None:
    labels = BUILTIN_LABELS.read_text(encoding="utf-8").splitlines()
    assert len(set(labels)) == len(labels) == 200
    assert set(RENAMED.values()) <= set(labels)
