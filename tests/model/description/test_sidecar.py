"""Sidecars: what they may say, and every fault at once with its key."""

import os
from pathlib import Path

import pytest

from edgeclassify.errors import ModelError
from edgeclassify.model.description.sidecar import EMPTY, read_sidecar

SHA = "5d3137241276e79c86d14a74fe43581398ae0e815191d3dba45495b810840e8c"


def write(folder: Path, text: str | bytes) -> Path:
    sidecar = folder / "model.toml"
    sidecar.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / "model.tflite"


def test_no_sidecar(tmp_path: Path) -> None:
    assert read_sidecar(tmp_path / "model.tflite") is EMPTY


def test_all_keys(tmp_path: Path) -> None:
    model = write(
        tmp_path,
        f"""
        labels = "labels.txt"
        crop = 0.9
        channels = "bgr"
        output = "sigmoid"
        temperature = 1.25
        license = "Apache-2.0"
        source = "https://example.org/model"
        sha256 = "{SHA.upper()}"
        [normalization]
        mean = [0.485, 0.456, 0.406]
        std = [0.229, 0.224, 0.225]
        [golden]
        image = "cat.jpg"
        label = "tabby"
        """,
    )
    sidecar = read_sidecar(model)
    assert (sidecar.channels, sidecar.output) == ("bgr", "sigmoid")
    assert sidecar.labels == tmp_path / "labels.txt"
    assert (sidecar.crop, sidecar.temperature) == (0.9, 1.25)
    assert sidecar.sha256 == SHA
    assert sidecar.golden is not None
    assert sidecar.golden.image == tmp_path / "cat.jpg"
    assert sidecar.normalization is not None
    assert sidecar.normalization.to_normalization().mean == pytest.approx((123.675, 116.28, 103.53))


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("", None),
        ('background = "sky"', ("sky",)),
        ('background = ["sky", "wall"]', ("sky", "wall")),
        ('background = ""', ()),
        ("background = []", ()),
    ],
)
def test_what_is_nothing(tmp_path: Path, line: str, labels: tuple[str, ...] | None) -> None:
    assert read_sidecar(write(tmp_path, line)).background_labels == labels


def test_a_background_of_another_type(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"background: expected a string in quotes, or a list, found false\."):
        read_sidecar(write(tmp_path, "background = false"))


def test_the_largest_numbers_of_a_normalization(tmp_path: Path) -> None:
    assert read_sidecar(write(tmp_path, "[normalization]\nmean = [-2.0]\nstd = [2.0]\n")).normalization is not None


def test_a_pipe_instead_of_a_sidecar(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.toml")
    with pytest.raises(ModelError, match=r"model\.toml: the model's sidecar can't be read: it is no plain file"):
        read_sidecar(tmp_path / "model.tflite")


def test_a_sidecar_that_is_too_large(tmp_path: Path) -> None:
    largest = b"#" * ((1 << 20) - 1) + b"\n"
    assert read_sidecar(write(tmp_path, largest)) == EMPTY
    with pytest.raises(ModelError, match="expected a sidecar of at most 1024 KB, found more"):
        read_sidecar(write(tmp_path, largest + b"\n"))


def test_absolute_paths_stay(tmp_path: Path) -> None:
    assert read_sidecar(write(tmp_path, 'labels = "/srv/labels.txt"')).labels == Path("/srv/labels.txt")


def test_all_faults_at_once(tmp_path: Path) -> None:
    model = write(
        tmp_path, 'crop = 2.0\nlable = "x"\nsha256 = "abc"\n[normalization]\nmean = [1, 2]\nstd = [0.0]\n'
    )
    with pytest.raises(ModelError) as caught:
        read_sidecar(model)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'model.toml'}: 5 faults")
    assert "crop: expected a number of at most 1" in message
    assert 'Did you mean "labels"?' in message
    assert "sha256: expected 64 hexadecimal digits, found 'abc'" in message
    assert "normalization.mean: expected a list of 1 or 3 finite numbers" in message
    assert "normalization.std: expected numbers above 0" in message


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"crop = ", "not valid TOML"),
        (b"crop = " + b"9" * 5000, "a number is too long"),
        (b"crop = " + b"[" * 5000, "nested too deeply"),
        (b'license = "\xe9"', "expected UTF-8 text"),
        (b'[golden]\nimage = "cat.jpg"\n', "golden.label: expected a value, found nothing"),
        (b"[normalization]\nmean = [127.5]\nstd = [1]\n", "mean: expected numbers for pixels of 0-1"),
        (b"[normalization]\nmean = [0, -2.1, 0]\nstd = [1]\n", "mean: expected numbers for pixels of 0-1"),
        (b"[normalization]\nmean = [0]\nstd = [58.4]\n", "std: expected numbers for pixels of 0-1"),
        (b"normalization = 3\n", "normalization: expected a table"),
        (b"[normalization]\nmean = [nan]\nstd = [1.0]\n", "normalization.mean: expected a list of 1 or 3 finite"),
    ],
)
def test_one_message_for_each_fault(tmp_path: Path, content: bytes, fault: str) -> None:
    with pytest.raises(ModelError, match=fault) as caught:
        read_sidecar(write(tmp_path, content))
    assert str(tmp_path / "model.toml") in str(caught.value)


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "model.toml").mkdir()
    with pytest.raises(ModelError, match=r"model\.toml: the model's sidecar can't be read"):
        read_sidecar(tmp_path / "model.tflite")


@pytest.mark.parametrize("wrong", ["0", "-1.0", "0.19", "5.1", "nan", "inf"])
def test_a_temperature_is_within_what_a_fit_can_give(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(
        ModelError,
        match=r"temperature: expected a (finite number|number of at least 0\.2|number of at most 5), found",
    ):
        read_sidecar(write(tmp_path, f"temperature = {wrong}"))


def test_a_whole_number_is_a_temperature(tmp_path: Path) -> None:
    assert read_sidecar(write(tmp_path, "temperature = 1")).temperature == 1.0
