"""What goes wrong gets one message, and a classifier that runs on the taught model goes on as before.

Here all of it goes through the commands, as users do it; each part has its own tests beside.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.types import Frame, ModelChoice, PixelFormat
from tests.model.embedding.nets import linear_on_pixels
from tests.model.tflite_files import tflite_bytes
from tests.support.lessons import CAT, ESPRESSO, part_of, write_parts
from tests.support.small_disk import small_disk_at
from tests.support.waiting import patient

Output = pytest.CaptureFixture[str]
Scores = NDArray[np.float32]


def teach(*arguments: str | Path) -> int:
    return main(["teach", *map(str, arguments)])


def unseen(photo: str) -> Frame:
    pixels = part_of(photo, 77)
    return Frame(pixels, PixelFormat.RGB, pixels.shape[1], pixels.shape[0], "front", 0, 0, 0.0)


@pytest.fixture
def running(taught: str) -> Iterator[Callable[[], Scores]]:
    """Scores of the taught model by a classifier that was opened before anything went wrong."""
    classifier = open_classifier(ModelChoice(name=taught))
    yield lambda: np.stack([classifier.classify(unseen(photo)).scores for photo in (CAT, ESPRESSO)])
    classifier.close()


def opened_anew(name: str) -> Scores:
    classifier = open_classifier(ModelChoice(name=name))
    scores = np.stack([classifier.classify(unseen(photo)).scores for photo in (CAT, ESPRESSO)])
    classifier.close()
    return scores


def one_message(output: Output, *words: str) -> str:
    said = output.readouterr().err
    assert said.startswith("edgeclassify: ")
    assert said.count("\n") == 1
    assert "Traceback" not in said
    for word in words:
        assert word in said
    return said


def refused(output: Output, status: ExitStatus, arguments: list[str | Path], *words: str) -> None:
    output.readouterr()
    assert teach(*arguments) == status
    one_message(output, *words)


def test_what_can_not_be_learnt_from(
    taught: str, running: Callable[[], Scores], tmp_path: Path, capsys: Output
) -> None:
    before = running()
    one = write_parts(tmp_path / "one", CAT, 1)
    for name, label in (("single", "cat"), ("normal", "normal")):
        assert teach(name, "add", label, one) == 0
    refused(capsys, ExitStatus.DATA, ["single", "fit"], "single", "two classes or more", "'cat'")
    refused(capsys, ExitStatus.DATA, ["normal", "fit", "--one-class"], "normal", "expected", "found")
    assert np.array_equal(running(), before)
    assert np.array_equal(opened_anew(taught), before)


def test_identical_pictures_are_one_example(tmp_path: Path, capsys: Output) -> None:
    source = write_parts(tmp_path / "one", CAT, 1) / "cat0.png"
    for number in range(5):
        shutil.copy(source, tmp_path / "one" / f"copy{number}.png")
    assert teach("pets", "add", "cat", tmp_path / "one") == 0
    assert "1 new example" in capsys.readouterr().out
    # The same picture can't be of two classes: it is of the one that was said last.
    assert teach("pets", "add", "dog", source) == 0
    refused(capsys, ExitStatus.DATA, ["pets", "fit"], "found only 'dog'")


def test_a_class_that_can_not_be_called_so(
    taught: str, running: Callable[[], Scores], pictures: Path, capsys: Output
) -> None:
    before = running()
    for label in ("", "o\npen", "o" * 65, "None"):
        refused(capsys, ExitStatus.USAGE, [taught, "add", label, pictures / "other"], "Choose another label")
    assert np.array_equal(running(), before)


def test_a_base_without_an_embedding(
    taught: str, running: Callable[[], Scores], pictures: Path, tmp_path: Path, capsys: Output
) -> None:
    before, path = running(), tmp_path / "pixels.tflite"
    path.write_bytes(tflite_bytes(linear_on_pixels()))
    refused(
        capsys,
        ExitStatus.DATA,
        ["dogs", "add", "dog", pictures / "other", "--base", path],
        str(path),
        "found none",
    )
    refused(capsys, ExitStatus.DATA, [taught, "--base", path], str(path), "found none")
    assert np.array_equal(running(), before)
    assert np.array_equal(opened_anew(taught), before)


def test_a_base_that_changed(pictures: Path, test_data: Path, tmp_path: Path, capsys: Output) -> None:
    base, small = tmp_path / "base.tflite", test_data / "models"
    shutil.copy(small / "mobilenet_v1_0.25_128_quant.tflite", base)
    shutil.copy(small / "imagenet_labels.txt", tmp_path / "base.labels.txt")
    for label in ("cat", "espresso"):
        assert teach("pets", "add", label, pictures / label, "--base", base) == 0
    assert teach("pets", "fit") == 0
    content = bytearray(base.read_bytes())
    content[-1] ^= 1
    base.write_bytes(content)
    capsys.readouterr()
    assert main(["classify", "--model", "pets", str(pictures / "cat" / "cat0.png")]) == ExitStatus.DATA
    one_message(capsys, "pets", str(base))
    refused(capsys, ExitStatus.DATA, ["pets", "add", "cat", pictures / "other"], str(base))
    assert teach("pets", "list") == 0


def halved(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def wrong_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


DAMAGES = (halved, emptied, wrong_bit, Path.unlink)


def test_its_head_is_damaged(
    taught: str, running: Callable[[], Scores], pictures: Path, models_folder: Path, capsys: Output
) -> None:
    before = running()
    (head,) = (models_folder / "taught" / taught / "heads").glob("*.npz")
    content = head.read_bytes()
    for damage in DAMAGES:
        damage(head)
        capsys.readouterr()
        assert main(["classify", "--model", taught, str(pictures / "cat" / "cat0.png")]) == ExitStatus.DATA
        one_message(capsys, taught, "teach pets fit")
        assert np.array_equal(running(), before)
        head.write_bytes(content)
        assert np.array_equal(opened_anew(taught), before)
    head.unlink()
    assert teach(taught, "fit") == 0
    assert np.array_equal(opened_anew(taught), before)


def test_its_manifest_is_damaged(
    taught: str,
    running: Callable[[], Scores],
    models_folder: Path,
    capsys: Output,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before, folder = running(), models_folder / "taught" / taught
    manifest, content = folder / "manifest.json", (folder / "manifest.json").read_bytes()
    for damage in DAMAGES:
        damage(manifest)
        caplog.clear()
        # The version of it that is kept for an undo takes its place.
        assert np.array_equal(opened_anew(taught), before)
        (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
        assert str(manifest) in warning
        assert "which is whole, takes its place" in warning
        manifest.write_bytes(content)
    manifest.write_bytes(content[:100])
    for version in (folder / "versions").iterdir():
        halved(version)
    refused(capsys, ExitStatus.DATA, [taught, "list"], str(manifest))
    assert np.array_equal(running(), before)


def test_an_example_is_damaged(
    taught: str, running: Callable[[], Scores], pictures: Path, models_folder: Path, capsys: Output
) -> None:
    before = running()
    example = min((models_folder / "taught" / taught / "examples").glob("*.npy"))
    content = example.read_bytes()
    for damage in DAMAGES:
        damage(example)
        # The head does not need it.
        assert np.array_equal(opened_anew(taught), before)
        refused(capsys, ExitStatus.DATA, [taught, "fit"], example.stem)
        assert np.array_equal(running(), before)
        example.write_bytes(content)
    example.unlink()
    # The same pictures once more mend it.
    for label in ("cat", "espresso"):
        assert teach(taught, "add", label, pictures / label) == 0
    assert teach(taught, "fit") == 0
    assert np.array_equal(opened_anew(taught), before)


def test_two_fits_at_once(taught: str, running: Callable[[], Scores]) -> None:
    before = running()
    command = [sys.executable, "-m", "edgeclassify", "teach", taught, "fit"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ends = [(one.communicate(timeout=patient(60))[1], one.returncode) for one in both]
    assert 0 in [status for _, status in ends]
    for said, status in ends:
        if status:
            assert status == ExitStatus.UNAVAILABLE
            assert said.startswith(f"edgeclassify: {taught}: ")
            assert said.count("\n") == 1
    assert np.array_equal(running(), before)
    # Fitted anew to the same examples: alike but for how many threads have added up.
    assert np.allclose(opened_anew(taught), before, atol=1e-4)


def filled(disk: Path) -> None:
    with (disk / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(4096))


def test_the_disk_is_full_at_a_fit(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    with small_disk_at(tmp_path / "disk", "2m") as disk:
        monkeypatch.setenv("EDGECLASSIFY_MODELS", str(disk))
        for label in ("cat", "espresso"):
            assert teach("pets", "add", label, pictures / label) == 0
        assert teach("pets", "fit") == 0
        before = opened_anew("pets")
        assert teach("pets", "add", "tripod", pictures / "other") == 0
        filled(disk)
        refused(capsys, ExitStatus.CANNOT_WRITE, ["pets", "fit"], "the disk is full")
        assert np.array_equal(opened_anew("pets"), before)
        (disk / "ballast").unlink()
        assert teach("pets", "fit") == 0
        assert opened_anew("pets").shape == (2, 3)
