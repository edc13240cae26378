"""`edgeclassify setup` without anybody to ask: by options, with a real broker."""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.config import load_config
from edgeclassify.errors import ExitStatus
from edgeclassify.setup.nearby.interface import Nearby, NearbyBroker
from tests.support.broker import Mosquitto, deaf_port, needs_mosquitto
from tests.support.broker_users import users_file

Output = pytest.CaptureFixture[str]
PHOTOS = Path(__file__).parents[2] / "edgeclassify/demo/photos"
MINE = """\
# my own notes
[mqtt]
host = "192.0.2.1"       # in the cellar
[[camera]]
name = "front"
source = "synthetic:"    # until the real one comes
[[camera]]
name = "back"
source = "synthetic:"
[[view]]
name = "gate"
camera = "front"
roi = [0.1, 0.1, 0.5, 0.5]
"""


@pytest.fixture(autouse=True)
def nothing_nearby(monkeypatch: pytest.MonkeyPatch) -> Callable[[NearbyBroker], None]:
    """The network of the machine that tests run on is nobody's business."""

    def put(*brokers: NearbyBroker) -> None:
        monkeypatch.setattr("edgeclassify.setup.nearby.brokers.look_around", lambda: Nearby(brokers))

    put()
    return put


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "config/edgeclassify.toml"


@pytest.fixture
def locked_broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Knows `porch`, who may use the topics of the node porch and no others."""
    needs_mosquitto()
    users = users_file(tmp_path / "users", {"porch": "squirrel77"})
    rights = tmp_path / "rights"
    rights.write_text("user porch\ntopic readwrite edgeclassify/porch/#\ntopic readwrite homeassistant/#\n")
    with ExitStack() as stack:
        broker = Mosquitto(tmp_path, f"allow_anonymous false\npassword_file {users}\nacl_file {rights}\n")
        stack.callback(broker.stop)
        yield broker.start()


def setup(path: Path, *arguments: object) -> int:
    return main(["setup", "--config", str(path), "--yes", *map(str, arguments)])


def typed(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.mark.broker
def test_a_first_config_is_tried_and_written(path: Path, broker: Mosquitto, capsys: Output) -> None:
    address = f"127.0.0.1:{broker.port}"
    assert setup(path, "--node", "porch", "--broker", address, "--camera", f"images:{PHOTOS}") == ExitStatus.OK
    out = capsys.readouterr().out
    assert f"{address}: connected" in out
    assert "Egyptian cat" in out  # the picture was classified
    config = load_config(path)
    assert (config.node.name, config.mqtt.host, config.mqtt.port) == ("porch", "127.0.0.1", broker.port)
    assert config.camera[0].source == f"images:{PHOTOS}"
    text = path.read_text()
    assert "## Topic level of this node" in text
    assert '\n# name = "porch"' not in text.partition("[mqtt]")[0]  # set in its place
    assert main(["check", str(path)]) == ExitStatus.OK


@pytest.mark.broker
def test_a_password_goes_into_a_file_of_its_own(
    path: Path, locked_broker: Mosquitto, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed("squirrel77\n", monkeypatch)
    broker = ("--broker", f"mqtt://porch@127.0.0.1:{locked_broker.port}", "--password-file", "-")
    assert setup(path, "--node", "porch", *broker, "--camera", "synthetic:") == ExitStatus.OK
    shown = capsys.readouterr()
    assert "it may use " in shown.out
    assert "squirrel77" not in shown.out + shown.err + path.read_text()
    assert (path.parent / "mqtt-password").read_text() == "squirrel77\n"
    assert load_config(path).mqtt.password_file == path.parent / "mqtt-password"


@pytest.mark.broker
@pytest.mark.parametrize(
    ("password", "node", "why"),
    [
        ("squirrel78", "porch", "refused: not authorized"),
        ("squirrel77", "gate", "may not send edgeclassify/gate/"),
    ],
)
def test_what_the_broker_refuses_ends_it_and_nothing_is_written(
    path: Path,
    locked_broker: Mosquitto,
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    node: str,
    why: str,
) -> None:
    typed(f"{password}\n", monkeypatch)
    broker = ("--broker", f"127.0.0.1:{locked_broker.port}", "--username", "porch", "--password-file", "-")
    assert setup(path, "--node", node, *broker, "--camera", "synthetic:") == ExitStatus.UNAVAILABLE
    err = capsys.readouterr().err
    assert why in err
    assert "Nothing was changed" in err
    assert "Traceback" not in err
    assert not path.parent.exists()


def test_untried_takes_it_as_it_is(path: Path, capsys: Output) -> None:
    with deaf_port() as port:
        arguments = ("--broker", f"127.0.0.1:{port}", "--camera", "rtsp://me:squirrel77@192.0.2.9/1")
        assert setup(path, *arguments) == ExitStatus.UNAVAILABLE
        assert setup(path, *arguments, "--untried") == ExitStatus.OK
    assert load_config(path).mqtt.port == port
    shown = capsys.readouterr()
    assert "squirrel77" not in shown.out + shown.err


def test_a_broker_that_was_found_is_taken(
    path: Path, broker: Mosquitto, nothing_nearby: Callable[[NearbyBroker], None]
) -> None:
    nothing_nearby(NearbyBroker("127.0.0.1", broker.port, False, "found"))
    assert setup(path, "--camera", "synthetic:") == ExitStatus.OK
    assert load_config(path).mqtt.port == broker.port


def test_one_answer_alone_is_changed_in_a_config_of_ones_own(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(MINE)
    assert setup(path, "--node", "shed") == ExitStatus.OK
    assert path.read_text() == MINE + '\n[node]\nname = "shed"\n'
    assert setup(path, "--camera", f"images:{PHOTOS}", "--camera-name", "front") == ExitStatus.OK
    assert path.read_text() == (MINE + '\n[node]\nname = "shed"\n').replace(
        'source = "synthetic:"    # until', f'source = "images:{PHOTOS}"    # until'
    )


def test_one_more_camera_gets_a_view_where_the_others_have_one(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(MINE)
    assert setup(path, "--camera", "synthetic:", "--camera-name", "shed") == ExitStatus.OK
    config = load_config(path)
    assert [camera.name for camera in config.camera] == ["front", "back", "shed"]
    assert [(view.name, view.camera) for view in config.view] == [("gate", "front"), ("shed", "shed")]


def test_which_of_several_cameras_must_be_said(path: Path, capsys: Output) -> None:
    path.parent.mkdir()
    path.write_text(MINE)
    assert setup(path, "--camera", "synthetic:") == ExitStatus.USAGE
    assert "--camera-name: expected one of front, back" in capsys.readouterr().err
    assert path.read_text() == MINE


def test_a_second_run_changes_nothing(path: Path, capsys: Output) -> None:
    answers = ("--node", "porch", "--broker", "none", "--camera", "synthetic:", "--no-home-assistant")
    assert setup(path, *answers) == ExitStatus.OK
    before, status = path.read_bytes(), path.stat()
    capsys.readouterr()
    assert setup(path, *answers) == ExitStatus.OK
    assert "nothing is to be changed" in capsys.readouterr().out
    assert path.read_bytes() == before
    assert path.stat().st_ino == status.st_ino


def test_a_page_for_the_network_gets_a_password(path: Path, tmp_path: Path, capsys: Output) -> None:
    plain = ("--broker", "none", "--camera", "synthetic:")
    assert setup(path, *plain, "--page", "network", "--untried") == ExitStatus.OK
    out = capsys.readouterr().out
    assert "shown this once" in out
    assert (tmp_path / "state/edgeclassify/web-access.json").exists()
    assert load_config(path).web.is_open
    assert setup(path, "--page", "off") == ExitStatus.OK
    assert not load_config(path).web.enabled


@pytest.mark.parametrize(
    ("arguments", "status", "why"),
    [
        (("--node", "my porch"), ExitStatus.CONFIG, "node.name: expected 1 to 64 letters"),
        (("--node", "a", "--broker", "two words"), ExitStatus.USAGE, "--broker: expected HOST"),
        (("--broker", "none", "--camera", "picam:0"), ExitStatus.CONFIG, "source"),
        (("--broker", "none", "--camera", "images:/nowhere"), ExitStatus.NO_INPUT, "/nowhere"),
        (("--broker", "none", "--camera", "synthetic:", "--model", "mobilnet"), ExitStatus.CONFIG, "mobilnet"),
        (("--broker", "h", "--tls", "--ca", "/nowhere.pem"), ExitStatus.UNAVAILABLE, "/nowhere.pem"),
        (("--broker", "none", "--page-password-file", "/nowhere"), ExitStatus.CONFIG, "--page-password-file"),
    ],
)
def test_an_answer_that_cant_be_one_is_one_message(
    path: Path, capsys: Output, arguments: tuple[str, ...], status: ExitStatus, why: str
) -> None:
    assert setup(path, *arguments) == status
    err = capsys.readouterr().err
    assert why in err
    assert "Traceback" not in err
    assert not path.parent.exists()


def test_a_config_with_faults_is_left_alone(path: Path, capsys: Output) -> None:
    path.parent.mkdir()
    path.write_text("[node]\nnmae = 1\n")
    assert setup(path, "--node", "porch") == ExitStatus.CONFIG
    assert "mend it first" in capsys.readouterr().err
    assert path.read_text() == "[node]\nnmae = 1\n"


def test_without_the_extra_the_broker_is_still_tried(
    path: Path, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    assert setup(path, "--broker", f"127.0.0.1:{broker.port}", "--camera", "synthetic:") == ExitStatus.OK


def test_without_a_terminal_it_does_nothing_by_itself(path: Path, capsys: Output) -> None:
    for subjects in ([], ["camera"]):
        assert main(["setup", "--config", str(path), *subjects]) == ExitStatus.USAGE
        assert "expected a terminal to ask on" in capsys.readouterr().err
    assert not path.parent.exists()


@pytest.mark.parametrize(("name", "file"), [("edgeclassify", "mqtt-password"), ("barn", "barn.mqtt-password")])
def test_each_config_has_a_password_file_of_its_own(
    path: Path, name: str, file: str, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    path.parent.mkdir()
    ours, own = path.with_name(f"{name}.toml"), path.with_name(file)
    answers = ("--broker", "192.0.2.1", "--username", "porch", "--password-file", "-", "--camera", "synthetic:")
    own.write_text("of something else\n")
    typed("squirrel77\n", monkeypatch)
    assert setup(ours, *answers, "--untried") == ExitStatus.USAGE
    assert f"{own}: expected no file of this name yet" in capsys.readouterr().err
    assert own.read_text() == "of something else\n"
    own.unlink()
    for password in ("squirrel77", "squirrel78"):
        typed(f"{password}\n", monkeypatch)
        assert setup(ours, *answers, "--untried") == ExitStatus.OK
        assert own.read_text() == f"{password}\n"


def test_a_second_node_does_not_write_the_password_of_the_first(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    barn, shared = path.with_name("barn.toml"), path.with_name("mqtt-password")
    shared.write_text("of the first\n")
    login = f'username = "porch"\npassword_file = "{shared}"\n'
    barn.write_text(MINE.replace("[[camera]]", f"{login}[[camera]]", 1))
    typed("squirrel77\n", monkeypatch)
    assert setup(barn, "--password-file", "-", "--untried") == ExitStatus.OK
    assert shared.read_text() == "of the first\n"
    assert load_config(barn).mqtt.password_file == path.with_name("barn.mqtt-password")


def test_a_folder_to_be_watched_may_be_empty(path: Path, tmp_path: Path, capsys: Output) -> None:
    plain = ("--broker", "none", "--camera", f"watch:{tmp_path / 'incoming'}")
    assert setup(path, *plain) != ExitStatus.OK
    assert "expected a folder" in capsys.readouterr().err
    (tmp_path / "incoming").mkdir()
    assert setup(path, *plain) == ExitStatus.OK
