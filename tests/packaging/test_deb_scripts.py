"""What dpkg runs of the package, in a folder that stands for /; what the machine's programs are told is noted."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import build_deb
import pytest
import staging

SCRIPTS = Path(staging.__file__).parent / "scripts"
_PLACE = re.compile(r"(?<![\w./])/(?=(?:etc|var|run|usr|opt)/)")
_NOTED = (
    "systemctl", "deb-systemd-invoke", "deb-systemd-helper", "systemd-sysusers", "systemd-tmpfiles", "runuser",
    "systemd-creds", "userdel", "groupdel", "getent", "dpkg-query", "chgrp",
)  # fmt: skip
MINE = '[node]\nname = "mine"\n'
needs_dpkg = pytest.mark.skipif(shutil.which("dpkg") is None, reason="needs dpkg (Debian: apt-get install dpkg)")


@dataclass(frozen=True, slots=True)
class Machine:
    """`root` stands for /."""

    root: Path

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def write(self, path: str, text: str) -> Path:
        file = self.at(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def enable(self, unit: str, folder: str = "/usr/lib") -> Path:
        link = self.at(f"/etc/systemd/system/multi-user.target.wants/{unit}")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"{self.at(folder)}/systemd/system/{unit}")
        return link

    def runs(self, script: str, *arguments: str) -> str:
        """What it says. Asserts that it ends well."""
        text = _PLACE.sub(f"{self.root}/", (SCRIPTS / script).read_text()).replace("@KIB@", "1")
        file = self.write(f"scripts/{script}", text)
        path = f"{self.root}/programs:{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", file, *arguments], capture_output=True, text=True, env={"PATH": path}, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def told(self, *words: str) -> list[str]:
        """What programs were told, those lines that begin with the words."""
        lines = self.at("/told").read_text().splitlines() if self.at("/told").exists() else []
        return [line for line in lines if line.startswith(" ".join(words))]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine that runs systemd, with the package's program, and nothing of the package else."""
    root = tmp_path / "root"
    machine = Machine(root)
    for folder in ("etc/edgeclassify", "etc/systemd/system", "run/systemd/system", "var/lib/edgeclassify"):
        (root / folder).mkdir(parents=True)
    for name in ("programs/program", "usr/bin/edgeclassify"):
        machine.write(name, f'#!/bin/sh\necho "$(basename "$0") $*" >> {root}/told\n').chmod(0o755)
    for name in _NOTED:
        (root / "programs" / name).symlink_to("program")
    return machine


CONFIG, STOPPED = "/etc/edgeclassify/edgeclassify.toml", "/run/edgeclassify.stopped-by-package"
KEPT = "/var/backups/edgeclassify.toml.before-package"


def test_what_ran_runs_again_enabled_or_not(machine: Machine) -> None:
    machine.write(STOPPED, "edgeclassify@barn.service\nedgeclassify.service\n")
    machine.runs("postinst", "configure", "0.1-1")
    assert machine.told("systemctl", "start") == [
        "systemctl start edgeclassify.service", "systemctl start edgeclassify@barn.service"
    ]  # fmt: skip
    assert not machine.at(STOPPED).exists()


def test_a_refused_upgrade_starts_what_ran(machine: Machine) -> None:
    machine.write(STOPPED, "edgeclassify@barn.service\n")
    machine.runs("postinst", "abort-upgrade", "0.2-1")
    assert machine.told("systemctl", "start") == ["systemctl start edgeclassify@barn.service"]


def test_what_is_enabled_and_was_stopped_by_hand_stays_so(machine: Machine) -> None:
    machine.enable("edgeclassify.service")
    machine.runs("postinst", "configure", "0.1-1")
    assert not machine.told("systemctl", "start") + machine.told("deb-systemd-invoke")


def test_what_is_enabled_starts_where_the_package_comes_back(machine: Machine) -> None:
    machine.enable("edgeclassify@barn.service")
    machine.runs("preinst", "install", "0.1-1")
    machine.runs("postinst", "configure", "0.1-1")
    assert machine.told("deb-systemd-invoke") == ["deb-systemd-invoke start edgeclassify@barn.service"]
    machine.runs("postinst", "configure", "0.1-1")
    assert len(machine.told("deb-systemd-invoke")) == 1


def test_a_config_before_the_package_is_kept_where_the_service_can_not_write(machine: Machine) -> None:
    machine.write(CONFIG, MINE)
    machine.runs("preinst", "install")
    assert machine.at(KEPT).read_text() == MINE
    machine.write(CONFIG, "shipped")
    machine.runs("postinst", "configure", "")
    assert machine.at(CONFIG).read_text() == MINE
    assert not machine.at(KEPT).exists()


@pytest.mark.parametrize(("recorded", "put_aside"), [("newconffile", True), ("9bfd8f21ab743945", False)])
def test_a_config_that_dpkg_has_set_up_is_dpkgs(machine: Machine, recorded: str, put_aside: bool) -> None:
    """A package that went before it was set up has left a version behind, and no digest of the config."""
    machine.write(CONFIG, MINE)
    machine.at("/programs/dpkg-query").unlink()
    said = f"#!/bin/sh\necho ' {machine.at(CONFIG)} {recorded}'\n"
    machine.write("/programs/dpkg-query", said).chmod(0o755)
    machine.runs("preinst", "install", "0.1-1")
    assert machine.at(KEPT).exists() is put_aside


def test_nothing_takes_the_configs_place_at_an_upgrade(machine: Machine) -> None:
    machine.write(CONFIG, MINE)
    for place in (f"{CONFIG}.before-package", KEPT):
        machine.write(place, "somebody else's")
    machine.runs("postinst", "configure", "0.1-1")
    assert machine.at(CONFIG).read_text() == MINE


def test_the_config_comes_back_where_the_package_goes_before_it_is_set_up(machine: Machine) -> None:
    machine.write(CONFIG, MINE)
    machine.runs("preinst", "install")
    machine.at(CONFIG).parent.rmdir()
    machine.runs("postrm", "remove")
    assert machine.at(CONFIG).read_text() == MINE


def test_nodes_are_settled_and_forgotten_where_root_has_made_them(machine: Machine) -> None:
    machine.enable("edgeclassify@barn.service")
    machine.write(STOPPED, "edgeclassify@yard.service\n")
    files = {name: machine.write(f"/etc/edgeclassify/{name}.toml", MINE) for name in (
        "edgeclassify", "barn", "yard", "edgeclassify (copy)", "models"
    )}  # fmt: skip
    machine.runs("prerm", "remove")
    program = machine.at("/usr/bin/edgeclassify")
    assert machine.told("runuser") == [
        f"runuser -u edgeclassify -- {program} service forget-node --config {files[name]}"
        for name in ("edgeclassify", "barn", "yard")
    ]
    machine.runs("postinst", "configure", "0.1-1")
    assert machine.told("edgeclassify") == [
        f"edgeclassify service settle --no-password --config {files[name]}"
        for name in ("edgeclassify", "barn", "yard")
    ]


def test_a_removal_that_ends_half_way_leaves_nodes_running(machine: Machine) -> None:
    machine.write(STOPPED, "edgeclassify.service\n")
    machine.runs("prerm", "remove")
    machine.runs("postinst", "abort-remove")
    assert machine.told("systemctl", "start") == ["systemctl start edgeclassify.service"]
    machine.write(STOPPED, "edgeclassify.service\n")
    machine.runs("postrm", "remove")
    assert not machine.at(STOPPED).exists()


def _without_package(machine: Machine, program: str) -> None:
    unit = f"[Service]\nExecStart={program} run --config /etc/edgeclassify/edgeclassify.toml\n"
    machine.write("/usr/local/lib/systemd/system/edgeclassify.service", unit)
    machine.write("/usr/local/lib/systemd/system/edgeclassify@.service", "edgeclassify")
    link = machine.at("/usr/local/bin/edgeclassify")
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(program)


def test_an_installation_without_the_package_is_taken_over(machine: Machine) -> None:
    program = machine.write("/opt/edgeclassify/bin/edgeclassify", "")
    machine.write("/opt/edgeclassify/pyvenv.cfg", "")
    _without_package(machine, str(program))
    link = machine.enable("edgeclassify.service", "/usr/local/lib")
    # The unit names the config by its real path, which the script's own has become in this folder.
    unit = machine.at("/usr/local/lib/systemd/system/edgeclassify.service")
    unit.write_text(unit.read_text().replace("/etc/", f"{machine.root}/etc/"))
    said = machine.runs("postinst", "configure", "")
    assert "taken over" in said
    assert link.readlink() == machine.at("/usr/lib/systemd/system/edgeclassify.service")
    left = [path for path in machine.at("/usr/local").rglob("*") if not path.is_dir()]
    assert not left
    assert not machine.at("/opt/edgeclassify").exists()


@pytest.mark.parametrize("since", ["", "0.1-1"])
def test_what_is_somebody_elses_is_not_taken_over(machine: Machine, since: str) -> None:
    _without_package(machine, "/srv/tools/start-my-edgeclassify")
    machine.runs("postinst", "configure", since)
    assert machine.at("/usr/local/bin/edgeclassify").is_symlink()
    assert machine.at("/usr/local/lib/systemd/system/edgeclassify.service").exists()


def test_a_purge_takes_the_passwords_of_systemds_stores(machine: Machine) -> None:
    ours = [
        machine.write(f"/etc/{file}", "secret")
        for file in (
            "credstore/edgeclassify.mqtt-password", "credstore/edgeclassify-barn.webhook-secret",
            "credstore.encrypted/edgeclassify-barn.mqtt-password.encrypted",
        )
    ]  # fmt: skip
    other = machine.write("/etc/credstore/mosquitto.password", "secret")
    machine.runs("postrm", "purge")
    assert not any(file.exists() for file in ours)
    assert other.exists()


def test_a_purge_ends_where_the_state_is_a_disk_of_its_own(machine: Machine) -> None:
    """Somebody's stick is mounted there: it is emptied, and the package is gone all the same."""
    state = machine.at("/var/lib/edgeclassify")
    file = machine.write("/var/lib/edgeclassify/spool.sqlite3", "")
    if subprocess.run(["mount", "--bind", state, state], capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount (root)")
    try:
        said = machine.runs("postrm", "purge")
        assert not file.exists()
        assert f"{state} is left" in said
        assert not machine.at("/etc/edgeclassify").exists()
    finally:
        subprocess.run(["umount", state], check=True)


@needs_dpkg
def test_versions_before_a_release_come_before_it() -> None:
    versions = ["0.9", "1.0.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.1"]
    named = [f"{build_deb.debian_version(version)}-1~trixie" for version in versions]
    for earlier, later in pairwise(named):
        subprocess.run(["dpkg", "--compare-versions", earlier, "lt", later], check=True)
    assert named[-1] == "1.0.1-1~trixie"
