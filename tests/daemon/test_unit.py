"""The unit and the files beside it agree with the program that they run."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from edgeclassify.broker.credentials import MQTT_PASSWORD, WEBHOOK_SECRET
from edgeclassify.cli.check import check
from edgeclassify.cli.run import run
from edgeclassify.config import RecoveryConfig
from edgeclassify.errors import (
    ConfigError,
    ExitStatus,
    FreshProcessError,
    SourceError,
    SourceSetupError,
    StorageError,
    UsageError,
)
from edgeclassify.model.catalog.places import SYSTEM_MODELS
from edgeclassify.service.places import CONFIG

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = SYSTEMD / "edgeclassify.service"
MAX_EXPOSURE = 2.5


def values(key: str) -> list[str]:
    """Every value of a key in the unit, in order."""
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)


def installer(name: str) -> str:
    """A variable of install.sh."""
    found = re.search(rf"^{name}=(\S+)$", (SYSTEMD / "install.sh").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


def tmpfiles() -> dict[str, list[str]]:
    """Path → type, mode, user, group."""
    lines = [line.split() for line in (SYSTEMD / "edgeclassify.tmpfiles").read_text().splitlines()]
    return {line[1]: [line[0], *line[2:5]] for line in lines if not line[0].startswith("#")}


def test_the_unit_starts_what_is_installed_with_the_config_that_is_installed() -> None:
    program, command, *arguments = values("ExecStart")[0].split()
    assert program == f"{installer('home')}/bin/edgeclassify"
    assert command == "run"
    config = run.make_context("run", arguments).params["path"]
    assert config == CONFIG == Path(installer("config"))


def test_a_reload_checks_the_config_of_the_service_before_it_tells_the_daemon() -> None:
    """systemd runs the lines one after the other, and `systemctl reload` fails with the first that does."""
    look, tell = (line.split() for line in values("ExecReload"))
    program, command, *arguments = look
    assert program == values("ExecStart")[0].split()[0]
    assert command == "check"
    assert check.make_context("check", arguments).params["file"] == CONFIG
    assert tell == ["/bin/kill", "-HUP", "$MAINPID"]


def test_only_what_can_not_heal_prevents_a_restart() -> None:
    prevented = {ExitStatus(int(status)) for status in values("RestartPreventExitStatus")[0].split()}
    assert prevented == {UsageError.exit_status, ConfigError.exit_status}
    assert SourceSetupError.exit_status in prevented
    assert values("Restart") == ["always"]
    for error in (SourceError, StorageError, FreshProcessError):
        assert error.exit_status not in prevented


def test_a_reboot_is_waited_for_where_it_is_asked_for() -> None:
    path_unit = (SYSTEMD / "edgeclassify-reboot.path").read_text()
    asked = re.findall(r"^PathExists=(.*)$", path_unit, re.MULTILINE)
    assert [Path(file) for file in asked] == [RecoveryConfig().reboot_file]
    assert RecoveryConfig().reboot_file.parent == Path("/run") / values("RuntimeDirectory")[0]
    installed = re.search(r'^units="(.*)"$', (SYSTEMD / "install.sh").read_text(), re.MULTILINE)
    assert installed is not None
    files = {file.name for kind in ("service", "path") for file in SYSTEMD.glob(f"*.{kind}")}
    assert set(installed[1].split()) == files


def test_folders_are_those_that_the_program_uses() -> None:
    state = Path("/var/lib") / values("StateDirectory")[0]
    made = tmpfiles()
    assert SYSTEM_MODELS.parent == state
    assert {str(state), str(SYSTEM_MODELS), str(CONFIG.parent)} <= made.keys()
    assert made[str(state)] == ["d", values("StateDirectoryMode")[0], values("User")[0], values("Group")[0]]


def test_the_service_alone_reads_a_password_file() -> None:
    kind, mode, owner, group = tmpfiles()[str(CONFIG.parent)]
    assert (kind, owner, group) == ("d", "root", values("Group")[0])
    assert int(mode, 8) & 0o2000  # the group is inherited by files made there
    assert tmpfiles()["/etc/edgeclassify/mqtt-password"] == ["z", "0640", "root", values("Group")[0]]
    for secret in (MQTT_PASSWORD, WEBHOOK_SECRET):
        assert f"#LoadCredential={secret.credential}:/etc/edgeclassify/{secret.credential}\n" in UNIT.read_text()


def test_the_user_of_the_unit_is_made_and_sees_cameras() -> None:
    users = [line.split()[:3] for line in (SYSTEMD / "edgeclassify.sysusers").read_text().splitlines()]
    user, groups = values("User")[0], values("SupplementaryGroups")
    assert ["u", user, "-"] in users
    assert all(["m", user, group] in users for group in groups)


def test_the_installer_is_portable_shell() -> None:
    subprocess.run(["sh", "-n", str(SYSTEMD / "install.sh")], check=True)


@pytest.fixture
def analyze() -> str:
    path = shutil.which("systemd-analyze")
    if path is None:
        pytest.skip("no systemd-analyze here: sudo apt install systemd")
    return path


def test_systemd_understands_every_line(analyze: str, tmp_path: Path) -> None:
    # The program of the unit is not on this machine, and verify insists on one.
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace(values("ExecStart")[0].split()[0], "/bin/true"))
    done = subprocess.run([analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, ours) == (0, [])


def test_the_sandbox_stays_closed(analyze: str) -> None:
    command = [
        analyze,
        "security",
        "--offline=true",
        f"--threshold={MAX_EXPOSURE * 10:.0f}",
        "--no-pager",
        str(UNIT),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout.splitlines()[-1:]
