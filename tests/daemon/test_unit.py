"""The unit and the files beside it agree with the program that they run."""

import importlib.util
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
from edgeclassify.service.files import Layout, service_files
from edgeclassify.service.places import CONFIG

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = SYSTEMD / "edgeclassify.service"
MAX_EXPOSURE = 1.5


def values(key: str) -> list[str]:
    """Every value of a key in the unit, in order."""
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)


def tmpfiles() -> dict[str, list[str]]:
    """Path → type, mode, user, group."""
    lines = [line.split() for line in (SYSTEMD / "edgeclassify.tmpfiles").read_text().splitlines()]
    return {line[1]: [line[0], *line[2:5]] for line in lines if not line[0].startswith("#")}


def test_the_unit_starts_what_is_installed_with_the_config_that_is_installed() -> None:
    program, command, *arguments = values("ExecStart")[0].split()
    assert program == "/usr/bin/edgeclassify"
    assert command == "run"
    assert run.make_context("run", arguments).params["path"] == CONFIG


def test_a_reload_checks_the_config_of_the_service_before_it_tells_the_daemon() -> None:
    """systemd itself has told the daemon before (notify-reload); `systemctl reload` fails where the check does."""
    (look,) = (line.split() for line in values("ExecReload"))
    program, command, *arguments = look
    assert values("Type") == ["notify-reload"]
    assert program == values("ExecStart")[0].split()[0]
    assert command == "check"
    assert check.make_context("check", arguments).params["file"] == CONFIG


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
    for name in ("mqtt-password", "*.mqtt-password"):
        assert tmpfiles()[f"/etc/edgeclassify/{name}"] == ["z", "0640", "root", values("Group")[0]]
    for secret in (MQTT_PASSWORD, WEBHOOK_SECRET):
        for ending in ("", ".encrypted"):
            name = f"edgeclassify.{secret.credential}{ending}"
            assert name in values("ImportCredential")
            assert secret.is_credential(name)


def test_the_user_of_the_unit_is_made_and_sees_cameras() -> None:
    users = [line.split()[:3] for line in (SYSTEMD / "edgeclassify.sysusers").read_text().splitlines()]
    user, groups = values("User")[0], values("SupplementaryGroups")
    assert ["u", user, "-"] in users
    assert all(["m", user, group] in users for group in groups)


def test_what_is_shown_is_what_is_installed() -> None:
    """After a change of edgeclassify/service/units: python systemd/generate.py."""
    spec = importlib.util.spec_from_file_location("generate", SYSTEMD / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    shown = {file.name: file.read_text() for file in SYSTEMD.iterdir() if file.suffix not in (".py", "")}
    assert shown == generate.shown_files()


@pytest.mark.parametrize("systemd", [252, 257])
@pytest.mark.parametrize("name", [UNIT.name, "edgeclassify@.service"])
def test_every_point_that_is_left_open_is_explained(analyze: str, systemd: int, name: str, tmp_path: Path) -> None:
    file = unit_for(systemd, name, tmp_path)
    done = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", str(file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    still = re.findall(r"^✗ (\S+)", done.stdout, re.MULTILINE)
    explained = file.read_text().partition("still counts")[2]
    names = [one for one in still if not any(part in explained for part in _names_of(one))]
    assert still, done.stdout
    assert not names


def _names_of(point: str) -> list[str]:
    """How the comment may call it: RestrictAddressFamilies=~AF_UNIX is AF_UNIX there."""
    if "~" in point:
        return [point.partition("~")[2].replace("AF_(INET|INET6)", "AF_INET, AF_INET6")]
    return [f"{part.rstrip('=')}=" for part in point.split("/")]


def unit_for(systemd: int, name: str, folder: Path) -> Path:
    """A unit, as a file by itself; of a program that is there."""
    files = service_files(Layout(Path("/bin/true"), Path("/usr/lib"), systemd))
    text = next(file.text for file in files if file.path.name == name)
    path = folder / name.replace("@", "@one")
    path.write_text(text)
    return path


@pytest.fixture
def analyze() -> str:
    path = shutil.which("systemd-analyze")
    if path is None:
        pytest.skip("no systemd-analyze here: sudo apt install systemd")
    return path


@pytest.mark.parametrize("name", [UNIT.name, "edgeclassify@.service"])
def test_systemd_understands_every_line(analyze: str, name: str, tmp_path: Path) -> None:
    unit = unit_for(version(analyze), name, tmp_path)
    done = subprocess.run([analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if unit.name in line]
    assert (done.returncode, ours) == (0, [])


def version(analyze: str) -> int:
    said = subprocess.run([analyze, "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.findall(r"\d+", said)[0])


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
