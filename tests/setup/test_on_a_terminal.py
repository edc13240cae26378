"""`edgeclassify setup` as somebody meets it: on a real pseudo-terminal, with a real broker."""

import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from edgeclassify.config import load_config
from tests.support.broker import Mosquitto, deaf_port, needs_mosquitto
from tests.support.broker_users import users_file
from tests.support.terminal_user import TerminalUser

PHOTOS = Path(__file__).parents[2] / "edgeclassify/demo/photos"
CTRL_C, CTRL_D = b"\x03", b"\x04"
COLOURS = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "", "PYTHONUTF8": "1"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "edgeclassify.toml"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Knows `porch` alone."""
    needs_mosquitto()
    users = users_file(tmp_path / "users", {"porch": "squirrel77"})
    with ExitStack() as stack:
        broker = Mosquitto(tmp_path, f"allow_anonymous false\npassword_file {users}\n")
        stack.callback(broker.stop)
        yield broker.start()


def user(path: Path, *arguments: str, columns: int = 80, lines: int = 24, **environment: str) -> TerminalUser:
    state = {"XDG_STATE_HOME": str(path.parent / "state"), **COLOURS, **environment}
    command = [sys.executable, "-m", "edgeclassify", "setup", "--config", str(path), *arguments]
    return TerminalUser(command, state, columns, lines)


@pytest.mark.broker
def test_a_newcomer_answers_mends_a_slip_and_gets_a_config(path: Path, broker: Mosquitto) -> None:
    with user(path) as newcomer:
        newcomer.answers("Name [", "my porch")
        newcomer.sees("topics: edgeclassify/my-porch/")
        newcomer.answers("Which one", "other")
        newcomer.answers("Host name or IP address", f"127.0.0.1:{broker.port}")
        newcomer.answers("Encrypted (TLS)? [y/N]", "")
        newcomer.answers("User name", "porch")
        newcomer.answers("Password", "squirrel78")  # a slip
        newcomer.sees("refused: not authorized")
        newcomer.answers("What now [1]", "")
        newcomer.answers("Which one", "")
        newcomer.answers("Encrypted", "")
        newcomer.answers("[porch]", "")
        newcomer.answers("Password", "squirrel77")
        newcomer.sees("connected, MQTT 5")
        newcomer.sees("it may use ")
        newcomer.answers("Which one", "folder")
        newcomer.answers("Folder of photos", str(PHOTOS))
        newcomer.answers("Name of the camera [front]", "feeder")
        assert newcomer.sees("feeder: 451x300").count("▀" * 20) > 10  # a picture
        newcomer.answers("Which one [1]", "")
        newcomer.sees("Egyptian cat")
        newcomer.answers("Announce this node to Home Assistant? [Y/n]", "n")
        newcomer.answers("A page [3]", "")
        summary = newcomer.sees("[Y/n]")
        assert 'mqtt.username = "porch"' in summary
        newcomer.types("y")
        newcomer.sees(str(path))
        assert newcomer.ends() == 0
        assert "squirrel77" not in newcomer.shown
        assert "Traceback" not in newcomer.shown
        long = [line for line in newcomer.shown.splitlines() if len(line) > 80]
        assert all(str(path.parent) in line or "mosquitto_sub" in line for line in long), long  # to be copied
    config = load_config(path)
    assert (config.node.name, config.mqtt.username) == ("my-porch", "porch")
    assert not config.home_assistant.discovery
    assert (config.camera[0].name, config.camera[0].loop) == ("feeder", True)
    assert (path.parent / "mqtt-password").read_text() == "squirrel77\n"


def written(path: Path) -> str:
    path.write_text('# mine\n[mqtt]\nenabled = false\n[[camera]]\nname = "yard"\nsource = "synthetic:"\n')
    return path.read_text()


def test_who_comes_back_changes_one_answer(path: Path) -> None:
    before = written(path)
    with user(path) as user_again:
        assert "yard (synthetic:)" in user_again.sees("Change [7]")
        user_again.types("1")
        user_again.answers("Name [", "shed")
        user_again.answers("Change [7]", "")
        assert 'node.name = "shed"' in user_again.sees("[Y/n]")
        user_again.types("")
        assert user_again.ends() == 0
    assert path.read_text() == before + '\n[node]\nname = "shed"\n'


def test_ctrl_c_leaves_everything_as_it_was(path: Path) -> None:
    before = written(path)
    with user(path, "node", "camera") as user_again:
        user_again.answers("Name [", "shed")
        user_again.sees("Which one")
        user_again.presses_until(CTRL_C, "Nothing was changed.")
        assert user_again.ends() == 130
        assert "Traceback" not in user_again.shown
    assert path.read_text() == before
    assert sorted(one.name for one in path.parent.iterdir()) == ["edgeclassify.toml"]


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_leaving_at_the_password_gives_the_terminal_back(path: Path, key: bytes) -> None:
    with deaf_port() as port, user(path, "broker") as newcomer:
        newcomer.answers("Which one", "other")
        newcomer.answers("Host name", f"127.0.0.1:{port}")
        newcomer.answers("Encrypted", "")
        newcomer.answers("User name", "porch")
        newcomer.sees("Password")
        newcomer.presses_until(key, "Nothing was changed.")
        assert newcomer.echoes
        assert newcomer.ends() == 130
    assert not path.exists()


def test_a_broker_that_is_not_there_can_be_kept_all_the_same(path: Path) -> None:
    with deaf_port() as port, user(path, "broker") as newcomer:
        newcomer.answers("Which one", "other")
        newcomer.answers("Host name", f"127.0.0.1:{port}")
        newcomer.answers("Encrypted", "")
        newcomer.answers("User name", "")
        newcomer.sees("connection refused")
        newcomer.answers("What now [1]", "keep")
        newcomer.answers("[Y/n]", "y")
        assert newcomer.ends() == 0
        assert load_config(path).mqtt.port == port


def test_on_a_dumb_terminal_it_is_plain_letters(path: Path) -> None:
    written(path)
    arguments = ("camera", "--camera", f"images:{PHOTOS}")
    with user(path, *arguments, TERM="dumb", COLORTERM="") as plain:
        shown = plain.sees("yard: 451x300")
        assert re.search(r"[-=+*#%@]{20}", shown)
        plain.answers("[Y/n]", "n")
        assert plain.ends() == 0
        assert "\x1b" not in plain.raw
        assert "▀" not in plain.raw


def test_another_user_without_a_password_does_not_get_that_of_the_one_before(path: Path) -> None:
    with deaf_port() as port:
        (path.parent / "mqtt-password").write_text("squirrel77\n")
        login = f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\nusername = "porch"\n'
        path.write_text(f'{login}password_file = "mqtt-password"\n[[camera]]\nsource = "synthetic:"\n')
        with user(path, "broker") as user_again:
            user_again.answers("Which one", "")
            user_again.answers("Encrypted", "")
            user_again.answers("[porch]", "barn")
            user_again.answers("Password (Enter: none)", "")
            user_again.answers("What now [1]", "keep")
            user_again.answers("[Y/n]", "y")
            assert user_again.ends() == 0
    mqtt = load_config(path).mqtt
    assert (mqtt.username, mqtt.password_file) == ("barn", None)
