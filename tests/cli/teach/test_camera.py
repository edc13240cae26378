"""`teach NAME add --camera`: a camera of a config, the region of a view of it, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from edgeclassify import demo
from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.sources.images.reading import read_image

Output = pytest.CaptureFixture[str]
PHOTO = Path(demo.__file__).parent / "photos" / "cat.jpg"
CONFIG = f"""
[[camera]]
name = "front"
source = "synthetic:?size=640x480&fps=50&picture={PHOTO}"
[[camera]]
name = "album"
source = "images:ALBUM"
[[view]]
name = "table"
camera = "front"
roi = [0.25, 0.0, 0.5, 1.0]
[[view]]
name = "photos"
camera = "album"
"""


@pytest.fixture
def config(tmp_path: Path, pictures: Path) -> Path:
    path = tmp_path / "edgeclassify.toml"
    path.write_text(CONFIG.replace("ALBUM", str(pictures / "cat")))
    return path


def add(config: Path, label: str, *arguments: str) -> int:
    return main(["teach", "pets", "add", label, "--config", str(config), *arguments])


def examples(output: Output) -> list[dict[str, Any]]:
    output.readouterr()
    assert main(["teach", "pets", "list", "--examples", "--json"]) == 0
    found: list[dict[str, Any]] = json.loads(output.readouterr().out)["examples"]
    return found


def test_a_camera_is_watched_for_a_while(config: Path, models_folder: Path, capsys: Output) -> None:
    assert add(config, "cat", "--camera", "front", "--count", "3", "--seconds", "0.5") == 0
    assert capsys.readouterr().out.startswith("pets: cat: 3 new examples.")
    found = examples(capsys)
    assert {one["source"] for one in found} == {"camera front"}
    assert all(one["captured"] is not None for one in found)
    picture, *_ = models_folder.glob("taught/pets/pictures/*.jpg")
    assert read_image(picture).pixels.shape == (240, 320, 3)


def test_of_a_view_its_region_is_taken(config: Path, models_folder: Path, capsys: Output) -> None:
    assert add(config, "cat", "--view", "table", "--count", "2", "--seconds", "0.2") == 0
    assert {one["view"] for one in examples(capsys)} == {"table"}
    picture, *_ = models_folder.glob("taught/pets/pictures/*.jpg")
    height, width, _ = read_image(picture).pixels.shape
    assert (height, width) == (320, 213)


def test_of_a_folder_the_pictures_that_differ_most(config: Path, capsys: Output) -> None:
    assert add(config, "cat", "--camera", "album", "--count", "3") == 0
    found = examples(capsys)
    assert len(found) == 3
    assert all(one["captured"] is None for one in found)


def test_no_picture_is_kept_where_the_config_forbids_it(config: Path, models_folder: Path, capsys: Output) -> None:
    config.write_text("[node]\nlabels_only = true\n" + config.read_text())
    assert add(config, "cat", "--camera", "front", "--count", "2", "--seconds", "0.2") == 0
    assert not list(models_folder.glob("taught/pets/pictures/*"))
    assert len(examples(capsys)) == 2


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--camera", "frond"], 'found frond. Did you mean "front"?'),
        (["--view", "tabel"], 'found tabel. Did you mean "table"?'),
        (["--view", "table", "--camera", "album"], "expected front, which the view table is of; found album"),
    ],
)
def test_a_camera_that_there_is_not(arguments: list[str], found: str, config: Path, capsys: Output) -> None:
    assert add(config, "cat", *arguments) == ExitStatus.USAGE
    assert found in capsys.readouterr().err
