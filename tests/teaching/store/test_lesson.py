"""What a head is fitted to: every example with its copies, in the order of the manifest."""

import dataclasses
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeclassify.errors import TaughtModelError
from edgeclassify.model.taught.manifest import ExampleRecord
from edgeclassify.teaching.interface import NONE_OF_THEM
from edgeclassify.teaching.store import TaughtFolder, read_embeddings, read_lesson
from edgeclassify.teaching.store.example_files import embeddings_of, id_of
from tests.teaching.store.examples import BASE, FACTS, example


def test_a_lesson(gate: TaughtFolder) -> None:
    given = [
        example("open", 1, 200, variants=2, captured_at=5.0),
        example(None, 50),
        example("closed", 3, 100, variants=1, was="open"),
        example("open", 1, 30, 90, was="shut", captured_at=6.0),
    ]
    gate.add(given)
    lesson = gate.lesson()
    assert lesson.labels == ("open", "closed")
    assert lesson.classes.tolist() == [0, 0, 0, NONE_OF_THEM, 1, 1, 0]
    assert lesson.owners.tolist() == [0, 0, 0, 1, 2, 2, 3]
    assert lesson.is_copy.tolist() == [False, True, True, False, False, True, False]
    assert lesson.groups.tolist() == [0, 1, 2, 0]
    assert lesson.was.tolist() == [NONE_OF_THEM, NONE_OF_THEM, 0, NONE_OF_THEM]
    assert not lesson.one_class
    assert lesson.units.dtype == np.float32
    assert np.allclose(lesson.units, np.concatenate([FACTS.unit(one.embeddings) for one in given]))
    assert np.allclose(np.linalg.norm(lesson.units, axis=1), 1.0)


RECORD = ExampleRecord("", "open", "a", 0.0, variants=1)


def npy(rows: np.ndarray[Any, Any], version: tuple[int, int] = (1, 0)) -> bytes:
    file = io.BytesIO()
    numpy_format: Any = np.lib.format  # numpy 1 gives its functions no types
    numpy_format.write_array(file, rows, version=version)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        npy(np.zeros((2, 5), np.uint8)),
        npy(np.zeros((1, 4), np.uint8)),
        npy(np.zeros((2, 4), np.int8)),
        npy(np.zeros((2, 4), np.float32)),
        npy(np.zeros(8, np.uint8)),
        npy(np.asfortranarray(np.ones((2, 4), np.uint8))),
        npy(np.zeros((2, 4), np.uint8), (2, 0)),
        npy(np.zeros((2, 4), np.uint8)) + b"\0",
        npy(np.zeros((2, 4), np.uint8))[:-1],
        npy(np.zeros((2, 4), np.uint8)).replace(b"False", b"fAlse"),
        npy(np.zeros((2, 4), np.uint8)).replace(b"{", b"("),
        b"",
        b"\x93NUMPY",
    ],
)
def test_a_file_of_the_right_checksum_with_something_else_in_it(content: bytes) -> None:
    record = dataclasses.replace(RECORD, id=id_of(content))
    with pytest.raises(TaughtModelError, match=r"^here: expected embeddings of uint8 \(2, 4\), found something"):
        embeddings_of(content, record, BASE, "here")


def test_a_large_example_is_read_whole(gate: TaughtFolder) -> None:
    base = dataclasses.replace(BASE, embedding=dataclasses.replace(FACTS, elements=5000, dtype="float32"))
    gate.close()
    rows = np.arange(5000, dtype=np.float32)[None, :]
    with TaughtFolder.create("door", base) as folder:
        folder.add([dataclasses.replace(example("open", 1), embeddings=rows)])
        assert np.array_equal(read_embeddings(folder.path, folder.manifest.examples[0], base), rows)


def test_a_lesson_of_nothing(gate: TaughtFolder) -> None:
    gate.teach_only_normal(True)
    lesson = gate.lesson()
    assert (lesson.labels, lesson.units.shape, lesson.groups.tolist(), lesson.one_class) == ((), (0, 4), [], True)


def broken(gate: TaughtFolder) -> Path:
    ids = gate.add([example("open", 1), example("closed", 2)]).new
    return gate.path / "examples" / f"{ids[1]}.npy"


def test_an_example_that_is_damaged_anywhere(gate: TaughtFolder) -> None:
    path = broken(gate)
    content = path.read_bytes()
    for i in range(len(content)):
        wrong = bytearray(content)
        wrong[i] ^= 4
        for written in (bytes(wrong), content[:i]):
            path.write_bytes(written)
            with pytest.raises(
                TaughtModelError, match=f"^{path}: expected the example {path.stem}, found "
            ) as raised:
                read_lesson(gate.path, gate.manifest)
    assert str(raised.value).endswith(f"do without it: edgeclassify teach gate remove {path.stem}.")
    path.write_bytes(content + b"\0")
    with pytest.raises(TaughtModelError):
        gate.lesson()


def test_an_example_that_is_lost_can_be_done_without(gate: TaughtFolder) -> None:
    path = broken(gate)
    path.unlink()
    with pytest.raises(TaughtModelError, match=r"example \(closed, photos/a.jpg\) can't be read: No such file"):
        gate.lesson()
    gate.remove([path.stem])
    assert gate.lesson().labels == ("open",)


def test_an_example_that_was_damaged_is_mended_by_adding_it_again(gate: TaughtFolder) -> None:
    path = broken(gate)
    content = path.read_bytes()
    path.write_bytes(b"")
    gate.add([example("closed", 2)])
    assert path.read_bytes() == content
    gate.lesson()


@pytest.mark.parametrize("dtype", ["uint8", "int8", "float32"])
def test_bytes_of_each_kind(gate: TaughtFolder, dtype: str) -> None:
    base = dataclasses.replace(BASE, embedding=dataclasses.replace(FACTS, dtype=dtype))
    gate.close()
    rows = np.array([[1, 2, 3, -4], [-5, 6, 7, 8]]).astype(dtype)
    with TaughtFolder.create("door", base) as folder:
        folder.add([dataclasses.replace(example("open", 1), embeddings=rows[:, ::-1])])
        found = read_embeddings(folder.path, folder.manifest.examples[0], base)
    assert (found.dtype, found.tolist()) == (np.dtype(dtype), rows[:, ::-1].tolist())
