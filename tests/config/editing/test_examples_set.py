"""Keys set where the reference shows them as an example."""

import tomllib

import pytest

from edgeclassify.config.editing.edited import edited
from edgeclassify.config.editing.examples_set import with_examples_set
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.config.reference import reference
from edgeclassify.errors import ConfigError


def change(path: str, value: object) -> KeyChange:
    return KeyChange(tuple(path.split(".")), value)


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (change("node.name", "porch"), 'name = "porch"'),
        (change("mqtt.host", "broker.local"), 'host = "broker.local"'),
        (change("mqtt.port", 8883), "port = 8883"),
        (change("mqtt.tls", {}), "tls = {}"),
        (change("mqtt.tls", {"ca": "ca.pem"}), 'tls = {ca = "ca.pem"}'),
        (change("web.enabled", True), "enabled = true"),
        (change("camera.front.size", [640, 480]), "size = [640, 480]"),
    ],
)
def test_the_reference_gets_the_line_in_the_place_of_its_example(key: KeyChange, line: str) -> None:
    before, after = reference().splitlines(), with_examples_set(reference(), [key]).splitlines()
    changed = [number for number, lines in enumerate(zip(before, after, strict=True)) if lines[0] != lines[1]]
    assert len(changed) == 1
    assert before[changed[0]].startswith(f"# {key.path[-1]} = ")
    assert after[changed[0]] == line
    assert edited("\n".join(after), [key]).changed == ()


def test_of_several_cameras_the_one_that_is_meant_is_found_or_none() -> None:
    text = '[[camera]]\nname = "a"\nsource = "picamera:0"\n# fps = 10.0\n[[camera]]\nname = "b"\n# fps = 10.0\n'
    assert tomllib.loads(with_examples_set(text, [change("camera.a.fps", 5.0)]))["camera"][0]["fps"] == 5.0
    assert with_examples_set(text, [change("camera.b.fps", 5.0)]) == text


@pytest.mark.parametrize(
    "key", [change("node.name", None), change("mqtt.tls.ca", "ca.pem"), change("node.unheard", 1)]
)
def test_what_has_no_example_is_left_to_others(key: KeyChange) -> None:
    assert with_examples_set(reference(), [key]) == reference()


def test_a_key_that_is_there_stays_where_it_is() -> None:
    text = '[node]\n# name = "porch"\nname = "gate"\n'
    assert with_examples_set(text, [change("node.name", "shed")]) == text


def test_line_ends_of_windows_stay() -> None:
    assert (
        with_examples_set('[node]\r\n# name = "x"\r\n', [change("node.name", "y")]) == '[node]\r\nname = "y"\r\n'
    )


def test_no_toml_is_refused() -> None:
    with pytest.raises(ConfigError, match="not valid TOML"):
        with_examples_set("[node", [change("node.name", "y")])
