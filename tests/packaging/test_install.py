"""The parts of install.sh that need no root rights: the config's, and what is removed from the broker."""

import grp
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.broker import Mosquitto, Observer, free_port, needs_mosquitto

SCRIPT = Path(__file__).parents[2] / "systemd/install.sh"


def run(name: str, *arguments: Path, **variables: object) -> "subprocess.CompletedProcess[str]":
    """Run a function of install.sh as the script does, with other values of its variables."""
    function = re.search(rf"^{name}\(\) {{.*?^}}$", SCRIPT.read_text(), re.MULTILINE | re.DOTALL)
    assert function is not None
    values = "\n".join(f"{key}={value}" for key, value in variables.items())
    command = f'set -eu\n{values}\n{function[0]}\n{name} "$@"\necho went on\n'
    done = subprocess.run(["sh", "-c", command, "sh", *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("went on\n")
    return done


def protect(file: Path) -> str:
    """What the function of that name says."""
    done = run("protect", file, group=grp.getgrgid(os.getegid()).gr_name)
    return done.stdout.removesuffix("went on\n")


PASSWORDS = [
    'source = "rtsp://admin:secret@192.0.2.1/stream"',
    'source = "http://192.0.2.1/snap?user=a&password=secret"',
    'source = "rtsp://192.0.2.1/user=admin_password=secret_channel=1"',
    'source = "http://192.0.2.1/snap?Pwd=secret"',
    'source="http://token@192.0.2.1/x"',
    'source="http://admin:se/cret@192.0.2.1/x"',
]
NONE = [
    'source = "rtsp://192.0.2.1/stream"',
    'password_file = "/etc/edgeclassify/mqtt-password"',
    '# source = "rtsp://admin:secret@192.0.2.1/stream"',
    '  #source = "rtsp://admin:secret@192.0.2.1/stream"',
    'source = "images:https://example.org/a/b@2x.jpg"',
]


@pytest.mark.parametrize("line", PASSWORDS)
@pytest.mark.parametrize("mode", [0o644, 0o664, 0o604])
def test_a_config_with_a_password_is_for_root_and_the_service(line: str, mode: int, tmp_path: Path) -> None:
    config = tmp_path / "edgeclassify.toml"
    text = f"# mine\n[[camera]]\n{line}\n"
    config.write_text(text)
    config.chmod(mode)
    assert "only root and the service" in protect(config)
    assert config.stat().st_mode & 0o777 == 0o640
    assert config.read_text() == text
    assert protect(config) == "", "once"


@pytest.mark.parametrize("line", NONE)
def test_a_config_without_keeps_its_rights(line: str, tmp_path: Path) -> None:
    config = tmp_path / "edgeclassify.toml"
    config.write_text(f"[[camera]]\n{line}\n")
    config.chmod(0o664)
    assert protect(config) == ""
    assert config.stat().st_mode & 0o777 == 0o664


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_tighter_rights_stay(mode: int, tmp_path: Path) -> None:
    config = tmp_path / "edgeclassify.toml"
    config.write_text(PASSWORDS[0])
    config.chmod(mode)
    assert protect(config) == ""
    assert config.stat().st_mode & 0o777 == mode


def test_a_new_config_is_for_root_and_the_service() -> None:
    assert 'install -m 0640 -g "$group" "$checkout/config/edgeclassify.toml" "$config"' in SCRIPT.read_text()
    assert re.search(r"^group=edgeclassify$", SCRIPT.read_text(), re.MULTILINE)


# --- make uninstall --------------------------------------------------------------------------------------

HOME = Path(sys.executable).parents[1]


def node_config(folder: Path, port: int) -> Path:
    config = folder / "edgeclassify.toml"
    broker = f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\n'
    config.write_text(f'[node]\nname = "porch"\n{broker}[[camera]]\nsource = "synthetic:"\n')
    return config


@pytest.mark.broker
def test_what_the_node_left_on_its_broker_is_removed(tmp_path: Path) -> None:
    needs_mosquitto()
    broker = Mosquitto(tmp_path).start()
    try:
        sender = Observer(broker.port, "nothing").start()
        sender.publish("edgeclassify/porch/status", b"offline", retain=True)
        sender.publish("edgeclassify/other/status", b"offline", retain=True)
        sender.stop()
        done = run("forget_node", home=HOME, config=node_config(tmp_path, broker.port))
        assert "porch: 1 retained message removed" in done.stdout
        left = Observer(broker.port, "#").start()
        left.publish("the/end", b"", retain=False)
        left.stop()
        assert [topic for topic in left.topics() if topic != "the/end"] == ["edgeclassify/other/status"]
    finally:
        broker.stop()


def test_without_its_broker_the_rest_goes_on(tmp_path: Path) -> None:
    done = run("forget_node", home=HOME, config=node_config(tmp_path, free_port()))
    assert "connection refused" in done.stderr
    assert "edgeclassify watch --host BROKER --forget porch" in done.stderr


@pytest.mark.parametrize("text", [None, "[nod]\n"])
def test_without_a_config_that_can_be_read_the_rest_goes_on(text: str | None, tmp_path: Path) -> None:
    config = tmp_path / "edgeclassify.toml"
    if text is not None:
        config.write_text(text)
    done = run("forget_node", home=HOME, config=config)
    assert ("--forget NODE" in done.stderr) is (text is not None)


def test_without_the_program_the_rest_goes_on(tmp_path: Path) -> None:
    assert run("forget_node", home=tmp_path, config=node_config(tmp_path, 1)).stderr == ""


def test_it_is_done_before_the_program_is_removed() -> None:
    body = re.search(r"^remove\(\) \{.*?^\}$", SCRIPT.read_text(), re.MULTILINE | re.DOTALL)
    assert body is not None
    order = [body[0].index(part) for part in ("systemctl disable", "forget_node", 'rm -rf "$home"')]
    assert order == sorted(order)


# --- the page's password ---------------------------------------------------------------------------------


def page_config(folder: Path, listen: str) -> Path:
    config = folder / "edgeclassify.toml"
    page = f'[web]\nenabled = true\nlisten = "{listen}"\n'
    config.write_text(f'[node]\nstate_dir = "{folder}"\n{page}[[camera]]\nsource = "synthetic:"\n')
    return config


def test_a_page_that_others_reach_gets_a_password_which_is_shown_once(tmp_path: Path) -> None:
    config = page_config(tmp_path, "0.0.0.0")
    assert re.search(r"^[a-z2-9-]{19}$", run("make_password", home=HOME, config=config).stdout, re.MULTILINE)
    assert run("make_password", home=HOME, config=config).stdout == "went on\n"


def test_a_page_for_this_machine_gets_none(tmp_path: Path) -> None:
    assert run("make_password", home=HOME, config=page_config(tmp_path, "127.0.0.1")).stdout == "went on\n"


def test_where_none_can_be_made_the_install_goes_on(tmp_path: Path) -> None:
    (tmp_path / "edgeclassify.toml").write_text("[web")
    done = run("make_password", home=HOME, config=tmp_path / "edgeclassify.toml")
    assert "later: sudo edgeclassify web password" in done.stderr


# --- the page's word in the config -------------------------------------------------------------------------


def given(config: Path) -> str:
    """What is said of it, where the service's user is called nobody."""
    if os.geteuid() != 0:
        pytest.skip("needs root, and this is none: a file is given to somebody else")
    return run("give_config", home=HOME, config=config, user="nobody").stdout.removesuffix("went on\n")


def test_a_config_that_the_page_changes_is_given_to_the_service_once(tmp_path: Path) -> None:
    config = page_config(tmp_path, "127.0.0.1")
    assert "the page may change it from now on" in given(config)
    assert config.owner() == "nobody"
    assert given(config) == ""


@pytest.mark.parametrize("text", ['[[camera]]\nsource = "synthetic:"\n', "[web"])
def test_without_a_page_it_stays_roots(text: str, tmp_path: Path) -> None:
    config = tmp_path / "edgeclassify.toml"
    config.write_text(text)
    assert given(config) == ""
    assert config.owner() == "root"


def test_a_link_is_left_alone(tmp_path: Path) -> None:
    """The service may have put it there, and root would give away what it leads to."""
    real, config = tmp_path / "real.toml", tmp_path / "edgeclassify.toml"
    page_config(tmp_path, "127.0.0.1").rename(real)
    config.symlink_to(real)
    assert given(config) == ""
    assert real.owner() == "root"
    real.write_text(PASSWORDS[0])
    real.chmod(0o644)
    assert protect(config) == ""
