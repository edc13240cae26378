"""What the checks look at: the config, the service that runs with it, and where this machine shows itself."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import cache
from pathlib import Path

from edgeclassify.config import Config
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.service.places import UNIT
from edgeclassify.service.sandbox import Service

ASK_S = 8.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program said. `status` None: it is not there, or did not end in time; then `errors` says so."""

    status: int | None
    output: str
    errors: str = ""


def ask(command: Sequence[str], within_s: float = ASK_S) -> Answer:
    """Run a program of this machine. Raises nothing."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=within_s, env=environment,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        return Answer(None, "", f"{command[0]} is not here")
    except subprocess.TimeoutExpired:
        return Answer(None, "", f"{command[0]} did not answer within {within_s:g} s")
    except OSError as error:
        return Answer(None, "", f"{command[0]} can't be run: {error.strerror or error}")
    return Answer(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the kernel and the system tell of this machine."""

    proc: Path = Path("/proc")
    sys: Path = Path("/sys")
    dev: Path = Path("/dev")
    etc: Path = Path("/etc")


_SHOWN = (
    "LoadState", "UnitFileState", "ActiveState", "SubState", "StatusText", "Result", "NRestarts", "MainPID",
    "ExecMainStatus", "ExecMainCode", "ActiveEnterTimestampMonotonic", "ActiveEnterTimestamp",
    "InactiveEnterTimestamp", "MemoryCurrent", "MemoryMax", "FragmentPath", "ExecStart", "LoadCredential",
    "LoadCredentialEncrypted", "User",
)  # fmt: skip


@cache
def unit_shown(unit: str) -> Mapping[str, str] | None:
    """What systemd says of a unit, asked once; None where systemd does not run here."""
    if not Path("/run/systemd/system").is_dir():
        return None
    answer = ask(["systemctl", "show", unit, f"--property={','.join(_SHOWN)}"])
    if answer.status != 0:
        return None
    shown: dict[str, str] = {}
    for name, _, value in (line.partition("=") for line in answer.output.splitlines()):
        shown[name] = f"{shown[name]} {value}" if name in shown else value  # some are said once for each value
    return shown


@dataclass(frozen=True, slots=True)
class Around:
    """`config` None: it can't be used, for the reason that `config_fault` says. `service`: the one that runs with
    it, None where there is none. `beside_daemon`: the daemon asks for this and goes on meanwhile, so that nothing
    is opened that it holds, nor much memory taken. `shown`: what systemd says of the unit, None without systemd.
    """

    config_file: Path
    config: Config | None
    config_fault: str = ""
    service: Service | None = None
    beside_daemon: bool = False
    unit: str = UNIT
    shown: Mapping[str, str] | None = None
    places: Places = field(default_factory=Places)
    ask: Callable[[Sequence[str]], Answer] = ask

    @property
    def runs(self) -> bool:
        """True while the daemon of this config runs, as far as is known."""
        shown = self.shown or {}
        is_up = shown.get("ActiveState") in ("active", "reloading", "activating")
        return self.beside_daemon or (is_up and shown.get("SubState") != "auto-restart")
