"""Catalog entries: the shipped ones are complete, and faults are reported all at once."""

import re
from pathlib import Path

import pytest

from edgeclassify.errors import ConfigError
from edgeclassify.model.catalog.entry import file_name, read_entry
from edgeclassify.model.catalog.places import SHIPPED_ENTRIES

SHIPPED = sorted(SHIPPED_ENTRIES.glob("*.toml"))
SHA256 = "a" * 64
REMOTE = f'description = "d"\nurl = "https://example.org/a.tflite"\nsha256 = "{SHA256}"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


def test_the_shipped_catalog_has_its_models() -> None:
    assert {path.stem for path in SHIPPED} == {
        "builtin",
        "mobilenet_v2",
        "mobilenet_v2_2018",
        "mobilenet_v1_0.25_128",
        "mobilenet_v1_0.5_160",
        "mobilenet_v1_0.75_192",
        "inat_bird",
        "inat_insect",
        "mobilenet_v1_embedding",
    }


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_entries_are_complete(path: Path) -> None:
    entry = read_entry(path)
    facts = entry.facts
    assert facts.license == "Apache-2.0"
    assert len(facts.description) <= 76  # fits a line of `models list`
    if facts.url is None:
        return
    assert re.fullmatch(r"https://\S+/[0-9a-f]{40}/\S+\.tflite", facts.url)  # pinned to a commit
    assert (facts.labels is None) is (path.stem == "mobilenet_v1_embedding")  # which has no classes
    if facts.labels is not None:
        assert facts.url.rpartition("/")[0] == facts.labels.url.rpartition("/")[0]
    assert facts.size is not None
    assert entry.golden_image is None or entry.golden_image.is_file()
    assert facts.accuracy is None or facts.accuracy.source.startswith("https://")


@pytest.mark.data
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_sizes_are_those_of_the_files(path: Path, test_data: Path) -> None:
    facts = read_entry(path).facts
    file = test_data / "models" / file_name(facts.url or "none.tflite")
    if file.is_file():
        assert facts.size == file.stat().st_size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["description: expected a value"]),
        ('description = "d"', ["either url (to be fetched) or file"]),
        (REMOTE + 'file = "x.tflite"', ["either url (to be fetched) or file"]),
        ('description = "d"\nurl = "https://example.org/a.tflite"', ["a sha256 where there is a url"]),
        (REMOTE + 'licence = "MIT"', ["licence", "unknown key", 'Did you mean "license"?']),
        (REMOTE + "size = 0", ["size: expected a number above 0, found 0"]),
        (REMOTE + 'size = "big"', ["size: expected a whole number, found 'big'"]),
        (REMOTE + "crop = 1.5", ["crop: expected a number of at most 1"]),
        (REMOTE.replace("https:", "ftp:"), ["url: expected a URL of a file"]),
        (REMOTE.replace("/a.tflite", "/"), ["url: expected a URL of a file"]),
        (REMOTE.replace("aaaa", "xxxx"), ["sha256: expected a sha256: 64 hexadecimal digits"]),
        (REMOTE + "[labels]\n", ["labels.url: expected a value", "labels.sha256: expected a value"]),
        (REMOTE + "[normalization]\nmean = [0.5]\nstd = [0]", ["normalization.std: expected numbers above 0"]),
        (REMOTE + '[accuracy]\ntop1 = 700\ndataset = "x"\nsource = "y"', ["accuracy.top1"]),
        (
            'description = "d"\nfile = "x.tflite"\ntemperature = 0.9',
            ["temperature in the sidecar beside the model"],
        ),
        (REMOTE + "temperature = 0", ["temperature: expected a number of at least 0.2"]),
        ('description = "d"\nfile = "x.tflite"\ncrop = 0.9', ["crop in the sidecar beside the model"]),
        (REMOTE + "size = 0\ncrop = 2\nfoo = 1", ["3 faults", "size", "crop", "foo"]),
        ("description = d", ["not valid TOML"]),
    ],
)
def test_wrong_fields_are_named(path: Path, text: str, expected: list[str]) -> None:
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_entry(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    for words in expected:
        assert words in message


def test_the_file_name_is_the_models_name(tmp_path: Path) -> None:
    for name in ("a b", "-x", "ä", "x" * 65):
        path = tmp_path / f"{name}.toml"
        path.write_text(REMOTE)
        with pytest.raises(ConfigError, match="it is the model's name"):
            read_entry(path)


def test_bytes_that_are_no_utf8(path: Path) -> None:
    path.write_bytes(b'description = "\xff"')
    with pytest.raises(ConfigError, match="UTF-8"):
        read_entry(path)


def test_paths_are_relative_to_the_entry(path: Path) -> None:
    path.write_text('description = "d"\nfile = "models/x.tflite"')
    assert read_entry(path).local_file == path.parent / "models/x.tflite"
    path.write_text(REMOTE + '[golden]\nimage = "cup.jpg"\nlabel = "espresso"')
    assert read_entry(path).golden_image == path.parent / "cup.jpg"
