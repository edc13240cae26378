"""What a changed config asks of the machine: owner and rights, ports, the announcement in the network."""

import os
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus, StorageError
from edgeclassify.service import settling
from edgeclassify.service.config_owner import Owner
from edgeclassify.service.marked_file import MARK
from edgeclassify.service.settling import settle, unsettle

CAMERA = '[[camera]]\nsource = "synthetic:"\n'
SERVICE = Owner("edge", 12345, 12346)
PASSWORDS = [
    'source = "rtsp://admin:secret@192.0.2.1/stream"',
    'source = "http://192.0.2.1/snap?user=a&password=secret"',
    'source = "rtsp://192.0.2.1/user=admin_password=secret_channel=1"',
    'source = "http://192.0.2.1/snap?Pwd=secret"',
    'source="http://token@192.0.2.1/x"',
    'source = "http://admin:se/cret@192.0.2.1/x"',
]
NONE = [
    'source = "rtsp://192.0.2.1/stream"',
    'password_file = "/etc/edgeclassify/mqtt-password"',
    '# source = "rtsp://admin:secret@192.0.2.1/stream"',
    '  #source = "rtsp://admin:secret@192.0.2.1/stream"',
    'source = "images:https://example.org/a/b@2x.jpg"',
]

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, and this is none: owners are changed")


class Machine:
    """Its folders, below one of the test's."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "etc/edgeclassify/edgeclassify.toml"
        self.drop_ins, self.announcements = folder / "units", folder / "avahi/services"
        self.config.parent.mkdir(parents=True)
        self.announcements.mkdir(parents=True)

    def write(self, text: str, mode: int = 0o640) -> None:
        self.config.write_text(text)
        self.config.chmod(mode)
        if os.geteuid() == 0:
            os.chown(self.config, 0, SERVICE.gid)

    def settle(self) -> list[str]:
        return settle(self.config, drop_ins=self.drop_ins, announcements=self.announcements)

    @property
    def rights(self) -> tuple[int, int, int]:
        status = self.config.lstat()
        return status.st_uid, status.st_gid, status.st_mode & 0o7777

    @property
    def drop_in(self) -> Path:
        return self.drop_ins / "edgeclassify.service.d/listening.conf"

    @property
    def announcement(self) -> Path:
        return self.announcements / "edgeclassify.service"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(settling, "_owner", lambda: SERVICE)
    return Machine(tmp_path)


# --- owner and rights ------------------------------------------------------------------------------------


@needs_root
@pytest.mark.parametrize("line", PASSWORDS)
@pytest.mark.parametrize("mode", [0o644, 0o664, 0o604])
def test_a_config_with_a_password_is_for_root_and_the_service(line: str, mode: int, machine: Machine) -> None:
    text = f"# mine\n[[camera]]\n{line}\n"
    machine.write(text, mode)
    assert any("only root and the service" in said for said in machine.settle())
    assert machine.rights == (0, SERVICE.gid, 0o640)
    assert machine.config.read_text() == text
    assert machine.settle() == [], "once"


@needs_root
@pytest.mark.parametrize("line", NONE)
def test_a_config_without_keeps_its_rights(line: str, machine: Machine) -> None:
    machine.write(f"[broken\n{line}\n", 0o664)
    assert machine.settle() == []
    assert machine.rights == (0, SERVICE.gid, 0o664)


@needs_root
def test_a_config_that_the_service_may_not_read_is_given_to_its_group(machine: Machine) -> None:
    machine.write(CAMERA, 0o600)
    os.chown(machine.config, 0, 0)
    assert ["may read it" in said for said in machine.settle()] == [True]
    assert machine.rights == (0, SERVICE.gid, 0o640)


@needs_root
def test_a_config_that_the_page_changes_is_the_services_own(machine: Machine) -> None:
    machine.write(f"{CAMERA}[web]\nenabled = true\n", 0o440)
    assert any("the page may change it" in said for said in machine.settle())
    assert machine.rights == (SERVICE.uid, SERVICE.gid, 0o640)
    assert machine.settle() == []
    machine.config.write_text("[broken")
    assert machine.settle() == []
    machine.config.write_text(CAMERA)
    assert any("root's again" in said for said in machine.settle())
    assert machine.rights == (0, SERVICE.gid, 0o640)
    assert machine.settle() == []


@needs_root
@pytest.mark.parametrize("name", ["link", "second name"])
def test_what_the_service_may_have_put_there_gives_nothing_away(name: str, machine: Machine) -> None:
    """It may put a link in the place of its own config, to a file of root's."""
    real = machine.config.with_name("shadow")
    real.write_text(f"{CAMERA}[web]\nenabled = true\n# {PASSWORDS[0]}\n{PASSWORDS[0]}\n")
    real.chmod(0o600)
    if name == "link":
        machine.config.symlink_to(real)
    else:
        machine.config.hardlink_to(real)
    machine.settle()
    status = real.stat()
    assert (status.st_uid, status.st_mode & 0o777) == (0, 0o600)


# --- the page ----------------------------------------------------------------------------------------------


def page(listen: str, more: str = "") -> str:
    return f'[node]\nname = "gate"\n{CAMERA}[web]\nenabled = true\nlisten = "{listen}"\nport = 8099\n{more}'


def test_the_service_listens_on_the_pages_port_while_there_is_one(machine: Machine) -> None:
    machine.write(page("127.0.0.1"))
    assert any("may listen on TCP port 8099" in said for said in machine.settle())
    assert "\nSocketBindAllow=tcp:8099\n" in machine.drop_in.read_text()
    machine.write(CAMERA)
    assert any("may listen on no port any more" in said for said in machine.settle())
    assert not machine.drop_in.parent.exists()


def test_a_stream_that_is_passed_on_needs_a_port_of_loopback(machine: Machine) -> None:
    machine.write('[[camera]]\nsource = "rtsp://192.0.2.1/stream"\n')
    machine.settle()
    assert "SocketBindAllow=ipv4:tcp\n" in machine.drop_in.read_text()


def test_an_open_page_is_announced(machine: Machine) -> None:
    machine.write(page("0.0.0.0"))
    machine.settle()
    text = machine.announcement.read_text()
    service = ElementTree.fromstring(text)
    assert service.findtext("name") == "edgeclassify gate on %h"
    assert service.findtext("service/port") == "8099"
    assert service.findtext("service/type") == "_http._tcp"
    machine.write(page("127.0.0.1"))
    assert any("not announced any more" in said for said in machine.settle())
    assert not machine.announcement.exists()


def test_without_avahi_nothing_is_written(machine: Machine) -> None:
    machine.announcements.rmdir()
    machine.write(page("0.0.0.0"))
    machine.settle()
    assert not machine.announcements.exists()


def test_files_of_somebodys_own_are_left_alone(machine: Machine) -> None:
    machine.announcement.write_text("<mine/>")
    machine.drop_in.parent.mkdir(parents=True)
    machine.drop_in.write_text("[Service]\nSocketBindAllow=any\n")
    machine.write(page("0.0.0.0"))
    assert not [said for said in machine.settle() if "listen" in said or "announced" in said]
    unsettle(machine.config, drop_ins=machine.drop_ins, announcements=machine.announcements)
    assert machine.announcement.read_text() == "<mine/>"
    assert "any" in machine.drop_in.read_text()


def test_what_was_written_is_taken_away_again(machine: Machine) -> None:
    machine.write(page("0.0.0.0"))
    machine.settle()
    assert MARK in machine.drop_in.read_text()
    unsettle(machine.config, drop_ins=machine.drop_ins, announcements=machine.announcements)
    assert not machine.drop_in.exists()
    assert not machine.announcement.exists()


def test_a_config_with_faults_changes_nothing_of_the_page(machine: Machine) -> None:
    machine.write(page("0.0.0.0"))
    machine.settle()
    machine.write("[web\n")
    machine.settle()
    assert machine.drop_in.exists()
    assert machine.announcement.exists()


def test_an_instance_has_files_of_its_own(machine: Machine) -> None:
    machine.config = machine.config.with_name("barn.toml")
    machine.write(page("0.0.0.0"))
    machine.settle()
    assert (machine.drop_ins / "edgeclassify@barn.service.d/listening.conf").exists()
    assert (machine.announcements / "edgeclassify-barn.service").exists()


def test_where_nothing_can_be_written_it_is_one_error(machine: Machine) -> None:
    machine.drop_ins.write_text("a file in the place of the folder")
    machine.write(page("127.0.0.1"))
    with pytest.raises(StorageError, match=re.escape(f"{machine.drop_in}: can't be written")):
        machine.settle()


def test_without_root_rights_it_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert main(["service", "settle"]) == ExitStatus.UNAVAILABLE
    assert "Run: sudo edgeclassify service settle" in capsys.readouterr().err


def test_a_config_that_no_unit_runs_with_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    file = tmp_path / "edgeclassify.toml"
    file.write_text("")
    assert main(["service", "settle", "--config", str(file)]) == ExitStatus.USAGE
    assert f"{file}: expected /etc/edgeclassify/edgeclassify.toml" in capsys.readouterr().err
