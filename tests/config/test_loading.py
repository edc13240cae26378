"""Config files, good and bad: every fault at once, in words that say what to do."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgeclassify.config import Config, json_schema, load_config, parse_config
from edgeclassify.config.reference import reference
from edgeclassify.errors import ConfigError, ExitStatus

MINIMAL = '[[camera]]\nname = "front"\nsource = "picamera:0"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "edgeclassify.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(write(folder, text))
    assert caught.value.exit_status == ExitStatus.CONFIG
    heading, *lines = str(caught.value).splitlines()
    assert heading.startswith(str(folder / "edgeclassify.toml"))
    return [line.strip() for line in lines]


def test_minimal_config_watches_the_whole_frame(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, MINIMAL))
    (view,) = config.views()
    assert (view.name, view.camera, view.roi) == ("front", "front", (0, 0, 1, 1))
    assert config.model_of(view).name == "builtin"
    assert config.mqtt.port == 1883


def test_the_shape_of_the_contract_is_accepted(tmp_path: Path) -> None:
    config = load_config(
        write(
            tmp_path,
            """
            [node]
            name = "porch"
            [mqtt]
            host = "broker"
            username = "porch"
            password_file = "secrets/password"
            tls = { ca = "ca.pem" }
            [model]
            name = "models/my.tflite"
            labels = "labels.txt"
            [[camera]]
            name = "front"
            source = "images:photos"
            [[view]]
            name = "gate"
            roi = [0.1, 0.2, 0.5, 0.6]
            threshold_enter = 0.6
            threshold_exit = 0.4
            [[view]]
            name = "door"
            model = { name = "mobilenet_v2", runtime = "litert" }
            """,
        )
    )
    assert config.mqtt.password_file == tmp_path / "secrets/password"
    assert config.mqtt.tls is not None
    assert config.mqtt.tls.ca == tmp_path / "ca.pem"
    assert config.model.name == str(tmp_path / "models/my.tflite")
    assert config.model.labels == tmp_path / "labels.txt"
    assert config.camera[0].source == f"images:{tmp_path / 'photos'}"
    gate, door = config.views()
    assert (gate.camera, gate.region.width, gate.exit_score) == ("front", 0.5, 0.4)
    assert config.model_of(gate) == config.model
    assert config.model_of(door).name == "mobilenet_v2"  # a catalog name stays a name


def test_all_faults_at_once_with_expected_found_and_hint(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        """
        [mqtt]
        hst = "x"
        port = 99999
        [model]
        runtime = "litetr"
        threads = "many"
        [[camera]]
        name = "a b"
        source = "picam:0"
        [[view]]
        name = "gate"
        camera = "fron"
        roi = [0.5, 0.5, 0.6, 0.6]
        [[view]]
        name = "gate"
        camera = "a b"
        """,
    )
    text = "\n".join(found)
    assert len(found) == 10
    assert "mqtt.hst: expected one of the keys host, port" in text
    assert 'Did you mean "host"?' in text
    assert "mqtt.port: expected a number of at most 65535, found 99999." in text
    assert (
        "model.runtime: expected one of auto, litert, tflite-runtime, found 'litetr'. Did you mean \"litert\"?"
        in text
    )
    assert "model.threads: expected one of auto, or a whole number, found 'many'." in text
    assert "camera[0].name: expected 1 to 64 letters, digits, - or _, found 'a b'." in text
    assert "camera[0].source: expected picamera:N" in text
    assert "view[0].roi: expected [x, y, width, height] inside the frame" in text
    assert "view[0].camera: expected one of a b, found 'fron'." in text
    assert "view[1].name: expected a name that no other view has, found 'gate'." in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "camera: expected at least one [[camera]] with a source, found none."),
        (MINIMAL + "interval_s = -1", "camera[0].interval_s: expected a number of at least 0, found -1."),
        (MINIMAL + "interval_s = nan", "camera[0].interval_s: expected a finite number, found nan."),
        (MINIMAL + "loop = 3", "camera[0].loop: expected true or false, found 3."),
        ('[[camera]]\nname = "x"', "camera[0].source: expected a value, found nothing."),
        (MINIMAL + '[[view]]\nname = "status"', "view[0].name: expected a name other than"),
        ('[[camera]]\nname = "info"\nsource = "synthetic:"', "camera[0].name: expected a name that is no topic"),
        (MINIMAL + '[[view]]\nname = "a"\nlabels = ["unknown"]', "view[0].labels: expected labels of the model"),
        (
            MINIMAL + '[[view]]\nname = "a"\nthreshold_enter = 0.5\nthreshold_exit = 0.6',
            "threshold_exit of at most threshold_enter (0.5)",
        ),
        (MINIMAL + '[mqtt]\nprefix = "a/+"', "mqtt.prefix: expected topic levels without spaces"),
        (MINIMAL + '[mqtt]\nprefix = ""', "mqtt.prefix: expected topic levels without spaces"),
        (MINIMAL + '[mqtt]\npassword_file = "p"', "mqtt: expected a username beside password_file"),
        (MINIMAL + '[mqtt]\ntls = { cert = "c" }', "mqtt.tls: expected cert and key together"),
        (MINIMAL + "[mqtt]\ntls = true", "mqtt.tls: expected a table, found true."),
        ('camera = "front"', "camera: expected a list, found 'front'."),
        ("node = 3\n" + MINIMAL, "node: expected a table, found 3."),
        (
            MINIMAL + '[[camera]]\nname = "b"\nsource = "synthetic:"\n[[view]]\nname = "v"',
            "view[0].camera: expected one",
        ),
    ],
)
def test_single_faults(tmp_path: Path, text: str, message: str) -> None:
    assert any(message in line for line in faults(tmp_path, text))


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    text = MINIMAL + '[mqtt]\npassword = "hunter2"\n'
    assert "hunter2" not in "\n".join(faults(tmp_path, text))
    text = '[[camera]]\nsource = "rtp://me:hunter2@camera/stream"\n'
    assert "hunter2" not in "\n".join(faults(tmp_path, text))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[node\n", "not valid TOML"),
        (b"a = 1\n\xff\xfe", "expected UTF-8 text, found byte 0xff at offset 6"),
        (b"#" * 1_000_001, "at most 1000000 bytes"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "not valid TOML"),
    ],
)
def test_files_that_are_no_config(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "edgeclassify.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        load_config(path)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="found nothing there"):
        load_config(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="readable file"):
        load_config(tmp_path)


def test_bom_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "edgeclassify.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert load_config(path).camera[0].name == "front"


def test_two_cameras_named_alike(tmp_path: Path) -> None:
    assert faults(tmp_path, MINIMAL + MINIMAL)[0].startswith(
        "camera[1].name: expected a name that no other camera has"
    )


def test_exit_threshold_defaults_to_two_thirds(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, MINIMAL + '[[view]]\nname = "v"\nthreshold_enter = 0.3'))
    assert config.views()[0].exit_score == pytest.approx(0.2)


TOML_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["node", "mqtt", "model", "camera", "view", "logging", "name", "source", "roi", "tls", "port", "labels", "x"]
)


# The first draw of text() loads the Unicode tables, which is slow on a small machine.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(document=st.dictionaries(KEYS, TOML_VALUES | st.dictionaries(KEYS, TOML_VALUES, max_size=4), max_size=6))
def test_any_document_is_a_config_or_a_list_of_faults(document: dict[str, object]) -> None:
    message, config = "", None
    try:
        config = parse_config(document, "any.toml", Path("/etc/edgeclassify"))
    except ConfigError as error:
        message = str(error)
    assert isinstance(config, Config) or (message.startswith("any.toml: ") and "\n" in message)


def test_reference_config_lists_every_key_and_is_the_shipped_file() -> None:
    text = reference()
    shipped = Path(__file__).resolve().parents[2] / "config" / "edgeclassify.toml"
    assert shipped.read_text(encoding="utf-8") == text, (
        "run: edgeclassify check --example > config/edgeclassify.toml"
    )
    uncommented = "\n".join(line[2:] if line.startswith("# ") else line for line in text.splitlines()[4:])
    document = tomllib.loads(uncommented)
    parse_config(document, "reference", Path("/"))  # the examples are valid too
    schema = json_schema()
    for section, definition in (("mqtt", "MqttConfig"), ("camera", "CameraConfig"), ("view", "ViewConfig")):
        table = document[section][0] if isinstance(document[section], list) else document[section]
        assert set(table) == set(schema["$defs"][definition]["properties"])


def test_schema_is_json() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert schema["title"] == "edgeclassify config"
    assert schema["additionalProperties"] is False
