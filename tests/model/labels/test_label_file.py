"""Label files: every accepted form, every fault with its place, the count against the model."""

import json
import os
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, strategies as st

from edgeclassify.errors import ExitStatus, LabelError, ModelMissingError
from edgeclassify.model.labels.label_file import fitted, parse_labels, read_labels

NAME = "labels.txt"

label_texts = st.text(
    alphabet=st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=20
).filter(lambda text: text.strip() == text and not text[0].isdigit() and text[0] not in "[{")


@pytest.mark.parametrize(
    ("content", "labels"),
    [
        ("cat\ndog\n", ("cat", "dog")),
        ("cat\ndog", ("cat", "dog")),
        ("cat\r\ndog\r\n\r\n", ("cat", "dog")),
        ("\ufeffcat\ndog\n", ("cat", "dog")),
        ("cat\ndog\n\n   \n", ("cat", "dog")),
        ("tench, Tinca tinca\ncrane\ncrane\n", ("tench, Tinca tinca", "crane", "crane")),
        ("0 background\n1 tench, Tinca tinca\n", ("background", "tench, Tinca tinca")),
        ("1: dog\n0: cat\n", ("cat", "dog")),
        ("0\tcat\n1\tdog\n", ("cat", "dog")),
        ("0,cat\n1,dog\n", ("cat", "dog")),
        ('["cat", "dog"]', ("cat", "dog")),
        ('{"1": "dog", "0": "cat"}', ("cat", "dog")),
        ('{"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}', ("tench", "goldfish")),
        ("0\n1\n2\n", ("0", "1", "2")),
        ("2 euro\n5 euro\n", ("2 euro", "5 euro")),
        ("5 cent\n1 euro\n", ("5 cent", "1 euro")),
        # Python, as Ultralytics writes it
        ("{0: 'cat', 1: \"dog's\"}", ("cat", "dog's")),
        ("['cat', 'dog']", ("cat", "dog")),
        ("{'cat': 0, 'dog': 1}", ("cat", "dog")),
        ("{'task': 'classify', 'imgsz': [64, 64], 'names': {1: 'dog', 0: 'cat'}}", ("cat", "dog")),
        # JSON of other shapes
        ('{"dog": 1, "cat": 0}', ("cat", "dog")),
        ('{"dog": "1", "cat": "0"}', ("cat", "dog")),
        ('{"names": {"0": "cat", "1": "dog"}, "stride": 32}', ("cat", "dog")),
        ('{"version": "2.4", "labels": ["cat", "dog"], "imageSize": 224}', ("cat", "dog")),
        ('{"id2label": {"0": "cat", "1": "dog"}, "label2id": {"cat": 0, "dog": 1}}', ("cat", "dog")),
        ('{"label2id": {"cat": 0, "dog": 1}}', ("cat", "dog")),
        ('{"doc_id": "x", "classes": {"Label": ["cat", "dog"]}, "outputs": {}}', ("cat", "dog")),
        ('[{"id": 1, "name": "dog"}, {"id": 0, "name": "cat"}]', ("cat", "dog")),
        ('{"categories": [{"id": 2, "name": "dog"}, {"id": 1, "name": "cat"}]}', ("cat", "dog")),
        ('[{"name": "cat"}, {"name": "dog"}]', ("cat", "dog")),
        ('[{"index": 0, "label": "cat"}, {"index": 1, "label": "dog"}]', ("cat", "dog")),
        ('[{"Class": "cat"}, {"Class": "dog"}]', ("cat", "dog")),
        ('[{"id": 7, "class": "cat"}, {"id": 9, "class": "dog"}]', ("cat", "dog")),
        ('{"0": {"name": "cat"}, "1": {"name": "dog"}}', ("cat", "dog")),
        ('{"0": "3", "1": "5"}', ("3", "5")),
        ('\ufeff["cat", "dog"]', ("cat", "dog")),
        # CSV
        ("index,label\n0,cat\n1,dog\n", ("cat", "dog")),
        ("label,index\r\ndog,1\r\ncat,0\r\n", ("cat", "dog")),
        ('id;name\n0;"cat; tabby"\n1;dog\n', ("cat; tabby", "dog")),
        ("class_id,class_name,wnid\n1,dog,n2\n0,cat,n1\n", ("cat", "dog")),
        ("id,name\n1,cat\n2,dog\n", ("cat", "dog")),
        (",label\n0,cat\n1,dog\n", ("cat", "dog")),
        ("name,title\ncat,Felis\ndog,Canis\n", ("cat", "dog")),
        ('0,"cat, tabby"\n1,"dog"\n', ("cat, tabby", "dog")),
        ('0, "cat, tabby"\n1, dog\n', ("cat, tabby", "dog")),
        ('"cat, tabby"\n"dog"\n', ("cat, tabby", "dog")),
        ('"cat ""Tom"""\ndog\n', ('cat "Tom"', "dog")),
        ("cat,0\ndog,1\n", ("cat", "dog")),
        ('"cat"\t0\n"dog"\t1\n', ("cat", "dog")),
        ("cat, tabby\ndog, hound\n", ("cat, tabby", "dog, hound")),
        ('the "big" cat\ndog\n', ('the "big" cat', "dog")),
        # Indices in front
        ("0: cat\n1: dog\n", ("cat", "dog")),
        ("0=cat\n1=dog\n", ("cat", "dog")),
        ("0;cat\n1;dog\n", ("cat", "dog")),
        ("00 cat\n01 dog\n", ("cat", "dog")),
        ("0 Class 1\n1 Class 2\n", ("Class 1", "Class 2")),
        ("0. cat\n1. dog\n", ("cat", "dog")),
        ("1) dog\n0) cat\n", ("cat", "dog")),
        ("0 - cat\n1 - dog\n", ("cat", "dog")),
        ("0: 1\n1: 0\n", ("1", "0")),
        ("cat: 0\ndog: 1\n", ("cat", "dog")),
        ("dog = 1\ncat = 0\n", ("cat", "dog")),
        # What only looks like it
        ("1. FC\n2. FC\n", ("1. FC", "2. FC")),
        ("0. cat\n2. dog\n", ("0. cat", "2. dog")),
        ("class: 0\nclass: 1\n", ("class: 0", "class: 1")),
        ("Class 0\nClass 1\n", ("Class 0", "Class 1")),
        ("cat: 1\ndog: 2\n", ("cat: 1", "dog: 2")),
        # Copied out of a program
        ('"cat",\n"dog",\n', ("cat", "dog")),
        ("cat,\ndog\n", ("cat", "dog")),
        ('{"a": 1, "meta": {"Labels": ["cat", "dog"]}}', ("cat", "dog")),
        ('{"model": {"x": {"names": {"0": "cat"}}, "y": [1]}}', ("cat",)),
        ('{"names": [], "labels": ["cat"]}', ("cat",)),
        # A label map, and the names of a YAML file
        ('item {\n  id: 2\n  name: "dog"\n}\nitem {\n  id: 1\n  name: "cat"\n}\n', ("cat", "dog")),
        ("item { name: 'cat' id: 0 }\nitem { name: 'dog' id: 1 }", ("cat", "dog")),
        ("path: x\nnames:\n  0: cat\n  1: 'dog'\n\nnc: 2\n", ("cat", "dog")),
        ("nc: 2\nnames:\n- cat\n- dog\n", ("cat", "dog")),
        ("names: ['cat', 'dog']\nnc: 2\n", ("cat", "dog")),
        ("names: [cat, dog,]\nnc: 2\n", ("cat", "dog")),
        ("names: {0: cat, 1: 'dog'}\n", ("cat", "dog")),
        ("names: {1: dog,\n  0: cat}\nnc: 2\n", ("cat", "dog")),
        ("- cat\n- 'dog'\n", ("cat", "dog")),
        ("---\n# mine\n- cat\n\n- dog\n", ("cat", "dog")),
        ("- cat\ndog\n", ("- cat", "dog")),
        ("class_names = ['cat', 'dog']\n", ("cat", "dog")),
        ('labels = [\n    "cat",\n    "dog",\n]\n', ("cat", "dog")),
        ("CLASSES={0: 'cat', 1: 'dog'}", ("cat", "dog")),
        ("'cat'\n'dog'\n", ("cat", "dog")),
        ("'cat',\n'dog',\n", ("cat", "dog")),
        ("'cat'\ndog\n", ("'cat'", "dog")),
        ("x = y\nz = [\n", ("x = y", "z = [")),
        ("Cassin's Finch (x)\nGr\u00fcn\u00a0fink\n", ("Cassin's Finch (x)", "Gr\u00fcn\u00a0fink")),
    ],
)
def test_accepted_forms(content: str, labels: tuple[str, ...]) -> None:
    assert parse_labels(content.encode(), NAME) == labels


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "found an empty file"),
        (b"\n \n", "blank lines only"),
        (b"<!DOCTYPE html>\n<html>\n</html>", "found a web page. Fetch the file again"),
        (b"\n <HTML>404", "found a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n", "found a git-lfs pointer"),
        (b"names: {0: cat, 1: [dog]}\n", "expected JSON, found a fault in line 1"),
        (b"names: [cat, {dog}]\n", "expected JSON"),
        (b"cat\n\ndog\n", "expected a label in line 2, found a blank line"),
        ("cat\nGr\u00fcnfink\n".encode("latin-1"), "found the byte 0xfc in line 2. Save the file as UTF-8"),
        ("cat\ndog\n".encode("utf-16"), "found UTF-16"),
        (b"cat\x00\ndog\n", "expected a printable label for class index 0"),
        (b'["\\ud800"]', "expected a printable label for class index 0"),
        (b"0 cat\n2 dog\n", "found none for 1"),
        (b"0 cat\n1 dog\n1 mouse\n", "found two for 1"),
        (b"1 cat\n2 dog\n", "found them from 1"),
        (b'["cat", "dog"', "found a fault in line 1"),
        (b'["cat", 3]', "expected a string as the label of class index 1, found 3"),
        (b'["cat", ""]', "expected a printable label for class index 1"),
        (b"[]", "expected labels, found none"),
        (b'{"cat": "feline"}', 'found the key "cat"'),
        (b'{"0": "cat", "2": "dog"}', "found none for 1"),
        (b'{"0": "cat", "0": "dog"}', 'found two for "0"'),
        (b"[" * 100_000, "lists in lists"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "expected "),
        (b"{0: 'cat', 2: 'dog'}", "found none for 1"),
        (b"{0: 'cat', 1: 5}", "expected a string as the label of class index 1, found 5"),
        (b'{"task": "classify", "stride": 32}', 'found the key "task"'),
        (b'{"names": []}', "expected labels, found none"),
        (b'[{"id": 1, "name": "dog"}, {"id": 0, "name": "cat"}, {"id": 1, "name": "cow"}]', "found two for 1"),
        (b'[{"id": 0, "colour": "red"}]', "expected a string as the label of class index 0"),
        (b"index,label\n0,cat\n0,dog\n", "found two for 0"),
        (b"index,label\n0,cat\n2,dog\n", "found none for 1"),
        (b"id,name\n", "below the title line, found none"),
    ],
)
def test_faults_name_the_file_and_the_place(content: bytes, fault: str) -> None:
    with pytest.raises(LabelError) as caught:
        parse_labels(content, NAME)
    assert str(caught.value).startswith(f"{NAME}: expected ")
    assert fault in str(caught.value)
    assert caught.value.exit_status == ExitStatus.DATA


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="found nothing there") as caught:
        read_labels(tmp_path / "labels.txt")
    assert caught.value.exit_status == ExitStatus.NO_INPUT


def test_a_pipe_instead_of_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "labels.txt")
    with pytest.raises(LabelError, match=r"labels\.txt: the label file can't be read: it is no plain file"):
        read_labels(tmp_path / "labels.txt")


def test_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="found a folder"):
        read_labels(tmp_path)


def test_file_too_large_for_labels(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes(b"cat\n" * (3 << 20))
    with pytest.raises(LabelError, match="more than 8 MB"):
        read_labels(path)


@pytest.mark.parametrize(
    ("labels", "classes", "cause"),
    [
        (["tench", "goldfish"], 3, 'put a line "background" before'),
        (["background", "tench", "goldfish"], 2, "take the first line out"),
        (["fishes", "tench", "goldfish"], 2, "one label too many"),
        (["background", "tench"], 3, "lacks one label"),
        (["a", "b"], 965, "another model"),
    ],
)
def test_count_mismatch_names_the_likely_cause(labels: list[str], classes: int, cause: str) -> None:
    with pytest.raises(LabelError) as caught:
        fitted(labels, classes, NAME, "model.tflite")
    message = str(caught.value)
    assert message.startswith(f"{NAME}: expected {classes} labels, as many as model.tflite has classes")
    assert f"found {len(labels)}" in message
    assert cause in message


@pytest.mark.parametrize("title", ["label", "Name", "Class Name", "labels"])
def test_a_title_line_above_plain_labels_is_left_out_where_there_is_one_too_many(title: str) -> None:
    assert fitted([title, "cat", "dog"], 2, NAME, "model.tflite") == ("cat", "dog")
    assert fitted([title, "cat", "dog"], 3, NAME, "model.tflite") == (title, "cat", "dog")


@pytest.mark.parametrize("line", ["cat,dog,cow", '"cat", "dog", "cow"', "cat; dog; cow"])
def test_all_labels_on_one_line_where_there_are_as_many(line: str) -> None:
    labels = parse_labels(line.encode(), NAME)
    assert fitted(labels, 3, NAME, "model.tflite") == ("cat", "dog", "cow")
    with pytest.raises(LabelError):
        fitted(labels, 4, NAME, "model.tflite")
    assert fitted(labels, 1, NAME, "model.tflite") == labels


@pytest.mark.parametrize("labels", [("red",), ("other", "red")])
def test_one_output_has_one_label_or_two(labels: tuple[str, ...]) -> None:
    assert fitted(labels, 1, NAME, "model.tflite") == labels


def test_count_that_matches() -> None:
    assert fitted(["cat", "dog"], 2, NAME, "model.tflite") == ("cat", "dog")


@given(st.lists(label_texts, min_size=1, max_size=30), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_plain_lists_come_back_as_they_are(labels: list[str], newline: str, has_bom: bool) -> None:
    content = newline.join(labels).encode("utf-8-sig" if has_bom else "utf-8")
    assert parse_labels(content, NAME) == tuple(labels)


# Lines with a comma or a semicolon may be rows of a table, which nobody could tell: "0 ,0" is one.
@given(st.lists(label_texts.filter(lambda text: not set(text) & set(",;")), min_size=1, max_size=30), st.randoms())
def test_every_form_of_the_same_labels_reads_alike(labels: list[str], random: Random) -> None:
    lines = [f"{index} {label}" for index, label in enumerate(labels)]
    random.shuffle(lines)
    indexed = "\n".join(lines).encode()
    as_object = json.dumps({str(i): label for i, label in enumerate(labels)}).encode()
    as_list = json.dumps(labels).encode()
    assert (
        parse_labels(indexed, NAME)
        == parse_labels(as_object, NAME)
        == parse_labels(as_list, NAME)
        == tuple(labels)
    )


@given(st.binary(max_size=200))
def test_any_bytes_give_labels_or_one_message(content: bytes) -> None:
    try:
        labels = parse_labels(content, NAME)
    except LabelError as error:
        assert str(error).startswith(NAME)  # noqa: PT017  either outcome is right
    else:
        assert labels
        assert all(label == label.strip() != "" and "\n" not in label for label in labels)
