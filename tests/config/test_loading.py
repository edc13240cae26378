"""Config files, good and bad: every fault at once, in words that say what to do."""

import json
import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

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
    assert config.origin == str(tmp_path / "edgeclassify.toml")
    assert Config().origin == "config"


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
            [snapshot]
            folder = "pictures"
            """,
        )
    )
    assert config.mqtt.password_file == tmp_path / "secrets/password"
    assert config.snapshot.folder == tmp_path / "pictures"
    assert config.mqtt.tls is not None
    assert config.mqtt.tls.ca == tmp_path / "ca.pem"
    assert config.model.name == str(tmp_path / "models/my.tflite")
    assert config.model.labels == tmp_path / "labels.txt"
    assert config.camera[0].source == f"images:{tmp_path / 'photos'}"
    gate, door = config.views()
    assert (gate.camera, gate.region.width, gate.threshold_exit) == ("front", 0.5, 0.4)
    assert config.model_of(gate) == config.model.choice
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
    assert "mqtt.hst: expected one of the keys enabled, host, port" in text
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
        (
            MINIMAL + "[history]\nmax_bytes = 9",
            "history.max_bytes: expected a number of at least 1048576, found 9.",
        ),
        (MINIMAL + "interval_s = nan", "camera[0].interval_s: expected a finite number, found nan."),
        (MINIMAL + "loop = 3", "camera[0].loop: expected true or false, found 3."),
        ('[[camera]]\nname = "x"', "camera[0].source: expected a value, found nothing."),
        (MINIMAL + '[[view]]\nname = "status"', "view[0].name: expected a name other than"),
        ('[[camera]]\nname = "info"\nsource = "synthetic:"', "camera[0].name: expected a name that is no topic"),
        (
            MINIMAL + '[[view]]\nname = "a"\nhome_assistant = { device_class = "garage_dor", on = ["open"] }',
            "'garage_dor'. Did you mean \"garage_door\"?",
        ),
        (
            MINIMAL + '[[view]]\nname = "a"\nhome_assistant = { device_class = "door" }',
            "view[0].home_assistant.on: expected labels at which the sensor is on, beside device_class, found "
            'none. For example on = ["open"].',
        ),
        (
            MINIMAL + '[[view]]\nname = "a"\nhome_assistant = { off = ["shut"], on = [] }',
            "view[0].home_assistant.on: expected labels at which the sensor is on, beside off, found none.",
        ),
        (
            MINIMAL + '[[view]]\nname = "a"\nhome_assistant = { on = ["open", "ajar"], off = ["shut", "ajar"] }',
            "view[0].home_assistant.off: expected labels that are not in on too, found 'ajar'.",
        ),
        (
            MINIMAL + '[[view]]\nname = "a"\nhome_assistant = { on = "open" }',
            "view[0].home_assistant.on: expected a list, found 'open'.",
        ),
        (
            MINIMAL + '[[view]]\nname = "a"\nhome_assistant = { icon = "gate" }',
            "view[0].home_assistant.icon: expected an icon such as \"mdi:gate\", found 'gate'.",
        ),
        (
            MINIMAL + '[[view]]\nname = "a"\nhome_assistant = { area = "Yard" }',
            "view[0].home_assistant.area: expected one of the keys name, icon, on, off, device_class, "
            "suggested_area, found an unknown key.",
        ),
        (MINIMAL + '[[view]]\nname = "a"\nlabels = ["unknown"]', "view[0].labels: expected labels of the model"),
        (
            MINIMAL + '[[view]]\nname = "a"\nthreshold_enter = 0.5\nthreshold_exit = 0.6',
            "threshold_exit of at most threshold_enter (0.5)",
        ),
        (MINIMAL + '[mqtt]\nprefix = "a/+"', "mqtt.prefix: expected topic levels without spaces"),
        (MINIMAL + '[mqtt]\nprefix = ""', "mqtt.prefix: expected topic levels without spaces"),
        (
            MINIMAL + '[mqtt]\npassword_file = "p"',
            "mqtt.username: expected a username beside password_file, found nothing.",
        ),
        (
            MINIMAL + '[mqtt]\ntls = { cert = "c" }',
            "mqtt.tls.key: expected cert and key together, or neither, found cert alone.",
        ),
        (MINIMAL + "[mqtt]\ntls = true", "mqtt.tls: expected a table, found true."),
        ('camera = "front"', "camera: expected a list, found 'front'."),
        ("node = 3\n" + MINIMAL, "node: expected a table, found 3."),
        (MINIMAL + "size = [640]", "camera[0].size: expected a list [width, height], found [640]."),
        (MINIMAL + "size = []", "camera[0].size: expected a list [width, height], found []."),
        (MINIMAL + "size = [1, 2, 3]", "camera[0].size: expected a list [width, height], found [1, 2, 3]."),
        (
            MINIMAL + '[[view]]\nname = "v"\nroi = [0, 0, 1]',
            "view[0].roi: expected a list [x, y, width, height], found [0, 0, 1].",
        ),
        (
            'camera = { source = "synthetic:" }',
            "camera: expected a list, found a table with source. Write [[camera]], in double brackets",
        ),
        (
            MINIMAL + '[[mqtt]]\npassword = "x"',
            "mqtt: expected a table, found a list of 1 tables or lists. Write [mqtt], in single brackets",
        ),
        (
            MINIMAL + MINIMAL + '[[view]]\nname = "v"\ncamera = "frnt"',
            "view[0].camera: expected one of front, found 'frnt'. Did you mean \"front\"?",
        ),
        (
            MINIMAL + '[[camera]]\nname = "b"\nsource = "synthetic:"\n[[view]]\nname = "v"',
            "view[0].camera: expected one",
        ),
    ],
)
def test_single_faults(tmp_path: Path, text: str, message: str) -> None:
    assert any(message in line for line in faults(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[mqtt]\nport = "1883"', "mqtt.port: expected a whole number, found '1883'."),
        ("[mqtt]\nkeepalive_s = 30.0", "mqtt.keepalive_s: expected a whole number, found 30.0."),
        ('[mqtt]\nresults = "yes"', "mqtt.results: expected true or false, found 'yes'."),
        ('[mqtt]\nclient_id = ""', "mqtt.client_id: expected a non-empty string, found ''."),
        ('[mqtt]\nusername = ""', "mqtt.username: expected a non-empty string, found ''."),
        ("[mqtt]\npassword_file = 3", "mqtt.password_file: expected a path in quotes, found (not shown)."),
        (
            '[[view]]\nname = "v"\nthreshold_enter = true',
            "view[0].threshold_enter: expected a number, found true.",
        ),
        ('[[view]]\nname = "v"\ntop = 3.0', "view[0].top: expected a whole number, found 3.0."),
        ('[[view]]\nname = "v"\nroi = ["0", 0, 1, 1]', "view[0].roi[0]: expected a number, found '0'."),
        ('[model]\nthreads = "4"', "model.threads: expected one of auto, or a whole number, found '4'."),
    ],
)
def test_values_of_another_type_are_faults(tmp_path: Path, text: str, message: str) -> None:
    assert message in faults(tmp_path, MINIMAL + text)


def test_a_whole_number_is_a_number(tmp_path: Path) -> None:
    config = load_config(
        write(tmp_path, MINIMAL + 'interval_s = 2\nfps = 5\n[[view]]\nname = "v"\nroi = [0, 0, 1, 1]')
    )
    assert (config.camera[0].interval_s, config.camera[0].fps) == (2.0, 5.0)


def test_faults_between_keys_show_beside_those_of_single_keys(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        """
        [mqtt]
        port = 0
        password_file = "p"
        tls = { cert = "c", ca = 3 }
        [[camera]]
        source = "synthetic:"
        [[view]]
        name = "v"
        top = 0
        labels = ["unknown", ""]
        threshold_enter = 0.5
        threshold_exit = 0.6
        """,
    )
    assert {line.partition(":")[0] for line in found} == {
        "mqtt.port",
        "mqtt.username",
        "mqtt.tls.ca",
        "mqtt.tls.key",
        "view[0].top",
        "view[0].labels",
        "view[0].labels[1]",
        "view[0].threshold_exit",
    }
    assert (
        "view[0].threshold_exit: expected a threshold_exit of at most threshold_enter (0.5), found 0.6." in found
    )


def test_exit_threshold_above_the_default_of_enter(tmp_path: Path) -> None:
    text = MINIMAL + '[[view]]\nname = "v"\nthreshold_exit = 0.98'
    assert "at most threshold_enter (0.97), found 0.98." in faults(tmp_path, text)[0]
    by_score = MINIMAL + '[[view]]\nname = "v"\nfilter = "none"\nthreshold_exit = 0.7'
    assert "at most threshold_enter (0.6), found 0.7." in faults(tmp_path, by_score)[0]


@pytest.mark.parametrize(
    ("camera", "enter"),
    [
        ('source = "watch:/photos"', "0.6"),
        ('source = "images:/photos"', "0.6"),
        ('source = "images:/photos"\nloop = true', "0.97"),
        ('source = "picamera:0"', "0.97"),
    ],
)
def test_the_default_of_enter_is_that_of_the_cameras_kind(tmp_path: Path, camera: str, enter: str) -> None:
    view = f'[[camera]]\n{camera}\n[[view]]\nname = "v"\nthreshold_exit = '
    (found,) = faults(tmp_path, f"{view}0.98")
    assert f"at most threshold_enter ({enter}), found 0.98." in found
    load_config(write(tmp_path, view + enter))
    if enter == "0.6":
        (found,) = faults(tmp_path, f"{view}0.7")
        assert "at most threshold_enter (0.6), found 0.7." in found
        load_config(write(tmp_path, f'{view}0.7\nfilter = "bayes"'))


def test_the_default_of_enter_is_that_of_the_camera_that_is_named(tmp_path: Path) -> None:
    folder, lens = '[[camera]]\nname = "a"\nsource = "watch:/photos"\n', MINIMAL
    view = '[[view]]\nname = "v"\nthreshold_exit = 0.7\ncamera = '
    (found,) = faults(tmp_path, f'{folder}{lens}{view}"a"')
    assert "at most threshold_enter (0.6), found 0.7." in found
    load_config(write(tmp_path, f'{folder}{lens}{view}"front"'))


PATH_KEYS = {
    "[node]\nstate_dir": "node.state_dir",
    '[mqtt]\nusername = "u"\npassword_file': "mqtt.password_file",
    "[mqtt]\ntls.ca": "mqtt.tls.ca",
    "[model]\nlabels": "model.labels",
    "[model]\nname": "model.name",
    '[[view]]\nname = "v"\nmodel.name': "view[0].model.name",
}


@pytest.mark.parametrize(("key", "place"), PATH_KEYS.items())
def test_paths_that_no_file_can_have(tmp_path: Path, key: str, place: str) -> None:
    (line,) = faults(tmp_path, f'{MINIMAL}{key} = "~nosuchuser/x"')
    assert line.startswith(
        f"{place}: expected a path whose ~ is the home folder of a user of this machine, found "
    )
    for control in ("\\u0000", "\\n", "\\u001b", "\\u007f"):
        (line,) = faults(tmp_path, f'{MINIMAL}{key} = "a/b{control}"')
        assert line.startswith(f"{place}: expected text without control characters, found ")


@pytest.mark.parametrize("target", ["images:~nosuchuser/x", "video:~nosuchuser/x.mp4", "video:a\\u0000b"])
def test_sources_that_no_file_can_have(tmp_path: Path, target: str) -> None:
    (line,) = faults(tmp_path, f'[[camera]]\nsource = "{target}"')
    assert line.startswith("camera[0].source: expected ")


def test_home_in_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/pi")
    config = load_config(write(tmp_path, MINIMAL + '[model]\nname = "~/m.tflite"\nlabels = "~/l.txt"'))
    assert (config.model.name, config.model.labels) == ("/home/pi/m.tflite", Path("/home/pi/l.txt"))


@pytest.mark.parametrize(
    "host", ["localhost", "broker.lan", "my_broker.", "192.168.1.4", "::1", "fe80::1%eth0", "bücher.de"]
)
def test_hosts(tmp_path: Path, host: str) -> None:
    assert load_config(write(tmp_path, f'{MINIMAL}[mqtt]\nhost = "{host}"')).mqtt.host == host


@pytest.mark.parametrize(
    "host",
    ["mqtt://broker", "broker/x", "broker:1883", "a b", "a..b", "[::1]", "x" * 64 + ".lan", "a\\u0000b", "1:2"],
)
def test_no_hosts(tmp_path: Path, host: str) -> None:
    (line,) = faults(tmp_path, f'{MINIMAL}[mqtt]\nhost = "{host}"')
    assert line.startswith(
        "mqtt.host: expected a host name or IP address alone, without scheme, user, port or path"
    )


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    text = MINIMAL + '[mqtt]\npassword = "hunter2"\n'
    assert "hunter2" not in "\n".join(faults(tmp_path, text))
    assert "hunter2" not in "\n".join(faults(tmp_path, MINIMAL + '[[mqtt]]\npassword = "hunter2"\n'))


@pytest.mark.parametrize(
    "url",
    [
        "rtp://me:hunter2@camera/stream",
        "rtps://me:hun/hunter2@camera/x",
        "rtsp:/me:hunter2@camera/x",
        "rtp://me:p@hunter2@camera",
        "mqtt://me:hunter2@camera",
        "me:hunter2@camera",
        "hunter2@camera",
    ],
)
def test_secrets_in_urls_are_never_shown(tmp_path: Path, url: str) -> None:
    (line,) = faults(tmp_path, f'{MINIMAL}[mqtt]\nhost = "{url}"')
    assert "hunter2" not in line
    assert "not shown" in line
    if ":" in url:
        camera = faults(
            tmp_path, f'[[camera]]\nsource = "{url}"\nname = "{url}"\n[[view]]\nname = "v"\ncamera = "x"'
        )
        assert {line.partition(":")[0] for line in camera} == {
            "camera[0].source",
            "camera[0].name",
            "view[0].camera",
        }
        view = faults(tmp_path, f'{MINIMAL}[[view]]\nname = "v"\ncamera = "{url}"')
        assert "hunter2" not in "\n".join(camera + view)
        assert "…" in view[0] or "://camera" in view[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[node\n", "not valid TOML"),
        (b"a = 1\n\xff\xfe", "expected UTF-8 text, found byte 0xff at offset 6"),
        (b"#" * 1_000_001, "at most 1000000 bytes"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "not valid TOML"),
        (b"a = 1" + b"0" * 5000, "a number is too long"),
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


def test_a_pipe_is_no_config(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match="expected a readable file, found a pipe or device"):
        load_config(tmp_path / "pipe")


def test_bom_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "edgeclassify.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert load_config(path).camera[0].name == "front"


def test_two_cameras_named_alike(tmp_path: Path) -> None:
    assert faults(tmp_path, MINIMAL + MINIMAL)[0].startswith(
        "camera[1].name: expected a name that no other camera has"
    )


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
    schema = json_schema()
    for section, definition in (("mqtt", "MqttConfig"), ("camera", "CameraConfig"), ("view", "ViewConfig")):
        table = document[section][0] if isinstance(document[section], list) else document[section]
        assert set(table) == set(schema["$defs"][definition]["properties"])
    hosts = document["mqtt"].pop("hosts")  # in place of host and port
    parse_config(document, "reference", Path("/"))  # the examples are valid too
    del document["mqtt"]["host"], document["mqtt"]["port"]
    document["mqtt"]["hosts"] = hosts
    assert parse_config(document, "reference", Path("/")).mqtt.servers == (
        ("broker-a.lan", 1883),
        ("broker-b.lan", 1883),
    )


def test_schema_is_json() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert schema["title"] == "edgeclassify config"
    assert schema["additionalProperties"] is False
