"""A temperature goes into a sidecar, and all else in it stays as it was written."""

from pathlib import Path

import pytest

from edgeclassify.errors import ModelError
from edgeclassify.model.description.sidecar import read_sidecar
from edgeclassify.model.description.sidecar_edit import with_temperature

GOLDEN = "[golden]\nimage = 'a.jpg'\nlabel = 'x'\n"


def edited(tmp_path: Path, text: str, temperature: float = 0.875) -> str:
    (tmp_path / "m.toml").write_bytes(text.encode())
    after = with_temperature(tmp_path / "m.tflite", temperature)
    (tmp_path / "m.toml").write_bytes(after.encode())
    assert read_sidecar(tmp_path / "m.tflite").temperature == temperature
    return after


def test_without_a_sidecar_one_is_made(tmp_path: Path) -> None:
    assert with_temperature(tmp_path / "m.tflite", 0.875) == "temperature = 0.875\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "temperature = 0.875\n"),
        ("crop = 1.0\n", "crop = 1.0\ntemperature = 0.875\n"),
        ("crop = 1.0", "crop = 1.0\ntemperature = 0.875\n"),
        (f"# mine\ncrop = 1.0\n\n# of a photo\n{GOLDEN}",
         f"# mine\ncrop = 1.0\ntemperature = 0.875\n\n# of a photo\n{GOLDEN}"),
        (GOLDEN, f"temperature = 0.875\n{GOLDEN}"),
        ("temperature = 1\ncrop = 1.0\n", "temperature = 0.875\ncrop = 1.0\n"),
        ("  temperature=1.25 # by hand\n", "  temperature=0.875 # by hand\n"),
        ("crop = 1.0\r\ntemperature = 1.5\r\n", "crop = 1.0\r\ntemperature = 0.875\r\n"),
        ("# temperature = 2\nsource = 'temperature = 3'\n",
         "# temperature = 2\nsource = 'temperature = 3'\ntemperature = 0.875\n"),
    ],
)  # fmt: skip
def test_one_figure_changes(tmp_path: Path, before: str, after: str) -> None:
    assert edited(tmp_path, before) == after


def test_a_second_time_changes_nothing_else(tmp_path: Path) -> None:
    once = edited(tmp_path, "crop = 1.0\n", 0.5)
    assert edited(tmp_path, once, 0.75) == once.replace("0.5", "0.75")


@pytest.mark.parametrize("odd", ["'temperature' = 1.5\n", "source = '''\ntemperature = 1\n'''\n", "crop = \n"])
def test_what_can_not_be_changed_safely_is_left_to_the_user(tmp_path: Path, odd: str) -> None:
    (tmp_path / "m.toml").write_text(odd)
    with pytest.raises(ModelError, match=r"m\.toml: can't be changed safely\. .*: temperature = 0\.875"):
        with_temperature(tmp_path / "m.tflite", 0.875)


def test_a_sidecar_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ModelError, match=r"m\.toml: the model's sidecar can't be read"):
        with_temperature(tmp_path / "m.tflite", 0.875)
