"""What `make install` does to the rights of the config: the part of install.sh that needs no root rights."""

import grp
import os
import re
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "systemd/install.sh"


def protect(file: Path) -> str:
    """Run install.sh's function of that name; returns what it says."""
    function = re.search(r"^protect\(\) \{.*?^\}$", SCRIPT.read_text(), re.MULTILINE | re.DOTALL)
    assert function is not None
    group = grp.getgrgid(os.getegid()).gr_name
    command = f'set -eu\ngroup={group}\n{function[0]}\nprotect "$1"\n'
    done = subprocess.run(["sh", "-c", command, "sh", file], capture_output=True, text=True, check=True)
    return done.stdout


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
