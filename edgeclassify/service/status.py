"""The service as systemd and the journal know it: each node of this machine, and what put it here."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from edgeclassify.errors import ServiceError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.service.places import CONFIG, NAME, UNIT, unit_of
from edgeclassify.service.systemctl import booted, systemctl

_ASKED = (
    "LoadState", "ActiveState", "Result", "UnitFileState", "FragmentPath", "ActiveEnterTimestamp", "MainPID",
    "NRestarts", "ExecMainStatus", "StatusText", "MemoryCurrent", "ExecStart",
)  # fmt: skip
_PROGRAM = re.compile(r"path=(\S+)")
_ERRORS = 3
"""Lines of the journal that are shown, of priority error and worse."""


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """One unit. `since`: as systemd writes it; `says`: the daemon's own word; `errors`: its last ones."""

    unit: str
    config: str
    active: str
    enabled: bool
    since: str
    pid: int
    restarts: int
    result: str
    exit_status: int
    says: str
    memory_bytes: int | None
    errors: tuple[str, ...]

    @property
    def runs(self) -> bool:
        """Also while it reloads."""
        return self.active in ("active", "reloading")


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """`unit_file`: where the unit lies; `installed_by`: apt, or service install; `program`: what it starts."""

    unit_file: str
    installed_by: str
    program: str
    nodes: tuple[NodeStatus, ...]

    @property
    def well(self) -> bool:
        """Does every node run that is to?"""
        wanted = [node for node in self.nodes if node.enabled or node.active == "failed"]
        return bool(wanted or self.nodes) and all(node.runs for node in wanted or self.nodes)


def service_status() -> ServiceStatus:
    """What there is. Raises ServiceError where no service is installed, or systemd does not run."""
    if not booted():
        raise ServiceError(
            "service status: expected a machine that systemd runs, found none (a container?). What is wrong with "
            "a daemon that runs otherwise: edgeclassify doctor"
        )
    shown = _shown(UNIT)
    if shown.get("LoadState") != "loaded":
        raise ServiceError(
            f"service status: expected {UNIT}, found none on this machine. Install it: sudo edgeclassify "
            "service install"
        )
    program = _PROGRAM.search(shown.get("ExecStart", ""))
    file = shown.get("FragmentPath", "")
    by = "apt" if file.startswith(("/usr/lib/", "/lib/")) else "service install"
    nodes = (_node(UNIT, CONFIG, shown), *(_node(unit, config, _shown(unit)) for unit, config in _instances()))
    return ServiceStatus(file, by, program[1] if program else "", nodes)


def _instances() -> list[tuple[str, Path]]:
    """Those that systemd knows: that run, failed, or start at boot."""
    said = systemctl("list-units", "--all", "--plain", "--no-legend", f"{NAME}@*.service", check=False)
    said += systemctl(
        "list-unit-files", "--plain", "--no-legend", "--state=enabled", f"{NAME}@*.service", check=False
    )
    units = {line.split()[0] for line in said.splitlines() if line.strip()} - {f"{NAME}@.service"}
    known = {unit_of(path): path for path in CONFIG.parent.glob("*.toml")}
    missing = CONFIG.parent
    return [(unit, known.get(unit, missing / f"{unit.partition('@')[2][:-8]}.toml")) for unit in sorted(units)]


def _shown(unit: str) -> dict[str, str]:
    said = systemctl("show", unit, f"--property={','.join(_ASKED)}")
    return dict(line.partition("=")[::2] for line in said.splitlines())


def _node(unit: str, config: Path, shown: Mapping[str, str]) -> NodeStatus:
    memory = shown.get("MemoryCurrent", "")
    return NodeStatus(
        unit, str(config), shown.get("ActiveState", ""), shown.get("UnitFileState") == "enabled",
        shown.get("ActiveEnterTimestamp", ""), _number(shown, "MainPID"), _number(shown, "NRestarts"),
        shown.get("Result", ""), _number(shown, "ExecMainStatus"), shown.get("StatusText", ""),
        int(memory) if memory.isdigit() and int(memory) < 1 << 60 else None, _errors(unit),
    )  # fmt: skip


def _number(shown: Mapping[str, str], name: str) -> int:
    text = shown.get(name, "")
    return int(text) if text.isdigit() else 0


def _errors(unit: str) -> tuple[str, ...]:
    """The last ones since the machine's start; none where the journal is not for this user."""
    command = ["journalctl", "--boot", "--unit", unit, "--priority=err", "--lines", str(_ERRORS), "--quiet",
               "--no-pager", "--output=short-iso", "--no-hostname"]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(line for line in done.stdout.splitlines() if line.strip() and not line.startswith("--"))
