"""A Debian with a real systemd as PID 1, in a container without network: boot it, use it, cut its power."""

import itertools
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TypeVar

from tests.target.systemd.cgroup import ControlGroup

T = TypeVar("T")

BOOT_TIMEOUT_S = 180
_numbers = itertools.count()
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
}


def soon(look: Callable[[], T], timeout_s: float = 60.0) -> T:
    """What `look` returns as soon as that is true; its last answer when the time is over."""
    deadline = time.monotonic() + timeout_s
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


class Container:
    """One root made by build-root.sh. Use as a context manager: it ends with the block."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._name = f"edgeclassify-check-{os.getpid()}-{next(_numbers)}"
        self._group = ControlGroup(self._name)
        self._outer: subprocess.Popen[bytes] | None = None
        self._init = 0

    def __enter__(self) -> "Container":
        return self.boot()

    def __exit__(self, *_: object) -> None:
        self.cut_power()

    def boot(self) -> "Container":
        """Start PID 1 and wait until everything that is enabled has been started."""
        self._group.make()
        with Path(f"{self.root}.log").open("ab") as log:
            self._outer = subprocess.Popen(
                ["systemd-nspawn", "--quiet", f"--directory={self.root}", "--boot", "--private-network",
                 "--register=no", "--keep-unit", "--kill-signal=SIGRTMIN+3", f"--machine={self._name}",
                 # nspawn refuses what reads the state of the clock; the unit's own filter is to be seen here.
                 "--system-call-filter=@clock"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}, start_new_session=True,
                preexec_fn=self._group.enter,
            )  # fmt: skip
        if not soon(self._is_up, BOOT_TIMEOUT_S):
            self.cut_power()
            raise SystemExit(f"systemd in {self.root} did not come up in {BOOT_TIMEOUT_S} s, see {self.root}.log")
        return self

    def cut_power(self) -> None:
        """Kill everything at once: no service is asked to stop, nothing is written any more."""
        if self._outer is None:
            return
        if self._init:
            with suppress(ProcessLookupError):
                os.kill(self._init, signal.SIGKILL)  # a PID namespace dies with its first process
        self._outer.kill()
        self._outer.wait()
        self._outer, self._init = None, 0
        self._group.remove()

    def run(self, *command: str, check: bool = True, timeout: float = 120, **environment: str) -> str:
        """Output (both streams) of a command in the container."""
        return self.result(*command, check=check, timeout=timeout, **environment).stdout

    def result(
        self, *command: str, check: bool = False, timeout: float = 120, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        """A command in the container, with its exit status and output."""
        done = subprocess.run(
            self._inside(command), env={**ENVIRONMENT, **environment}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=timeout, check=False,
        )  # fmt: skip
        if check and done.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}")
        return done

    def start(self, *command: str, stdout: IO[bytes]) -> "subprocess.Popen[bytes]":
        """A command that goes on beside us."""
        return subprocess.Popen(self._inside(command), env=ENVIRONMENT, stdout=stdout)

    def write(self, path: str, text: str) -> None:
        """Put a file into the root."""
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def systemd_version(self) -> int:
        """252 on Bookworm, 257 on Trixie."""
        return int(self.run("systemctl", "--version").split()[1])

    def exists(self, path: str) -> bool:
        """Is there such a file or folder in the root?"""
        return (self.root / path.lstrip("/")).exists()

    def copy(self, source: Path, path: str) -> None:
        """Put a folder into the root, in place of the one there."""
        target = self.root / path.lstrip("/")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__"))

    def inside(self) -> list[str]:
        """What a command begins with that is to run in the container, with its environment."""
        return ["env", *(f"{name}={value}" for name, value in ENVIRONMENT.items()), *self._inside(())]

    def _inside(self, command: Sequence[str]) -> list[str]:
        namespaces = ("--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup")
        return ["nsenter", f"--target={self._init}", *namespaces, "--", *command]

    def _is_up(self) -> bool:
        self._init = self._init or self._child()
        if not self._init:
            return False
        return self.result("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")

    def _child(self) -> int:
        assert self._outer is not None
        children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children")
        found = children.read_text().split() if children.exists() else []
        return int(found[-1]) if found else 0


class Unit:
    """A service in the container, as systemctl and the journal show it."""

    def __init__(self, container: Container, name: str) -> None:
        self.container = container
        self.name = name

    def control(self, verb: str, check: bool = True) -> str:
        """systemctl VERB NAME."""
        return self.container.run("systemctl", verb, self.name, check=check)

    def show(self, name: str) -> str:
        """A property of the unit."""
        return self.container.run("systemctl", "show", "--property", name, "--value", self.name).strip()

    @property
    def pid(self) -> int:
        """The main process, as the container counts; 0: none."""
        return int(self.show("MainPID"))

    @property
    def active(self) -> bool:
        """Is it running, and has it said that it is ready?"""
        return self.show("ActiveState") == "active"

    def kill(self, signal_name: str) -> None:
        """Send a signal to the main process only."""
        self.container.run("systemctl", "kill", "--kill-who=main", f"--signal={signal_name}", self.name)

    def journal(self, since: str = "-1h") -> list[dict[str, Any]]:
        """The entries of the service and about it, oldest first; `since` is a cursor or a time."""
        where = f"--after-cursor={since}" if since.startswith("s=") else f"--since={since}"
        lines = self.container.run("journalctl", "-u", self.name, "-o", "json", "--no-pager", where).splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def cursor(self) -> str:
        """A place in the journal, to ask for what comes after it."""
        return (
            self.container.run("journalctl", "-n", "0", "--show-cursor", "--no-pager")
            .split("cursor: ")[-1]
            .strip()
        )
