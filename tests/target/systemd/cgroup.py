"""A control group of its own for each container: two that run at once would share one below their parent's."""

import contextlib
import os
import time
from pathlib import Path

HIERARCHIES = (Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup"))
"""Where a hybrid and a unified hierarchy lie."""


class ControlGroup:
    """One below our own, in each hierarchy that systemd keeps its services in."""

    def __init__(self, name: str) -> None:
        own = {line.split(":", 2)[1]: line.rstrip("\n").split(":", 2)[2] for line in _own_groups()}
        paths = {"unified": own.get("", "/"), "systemd": own.get("name=systemd", "/"), "cgroup": own.get("", "/")}
        self._folders = [
            folder / paths[folder.name].lstrip("/") / name
            for folder in HIERARCHIES
            if (folder / "cgroup.procs").exists()
        ]

    def make(self) -> None:
        """Make it; where that is not allowed the container goes on in ours."""
        for folder in self._folders:
            with contextlib.suppress(OSError):
                folder.mkdir()

    def enter(self) -> None:
        """Move the calling process into it."""
        for folder in self._folders:
            with contextlib.suppress(OSError):
                (folder / "cgroup.procs").write_text(str(os.getpid()))

    def remove(self) -> None:
        """Take it away with all below it; what a process still is in, stays."""
        for folder in self._folders:
            below = sorted(folder.rglob("*/"), key=lambda path: -len(path.parts))
            for each in (*below, folder):
                _remove(each)


def _own_groups() -> list[str]:
    return Path("/proc/self/cgroup").read_text().splitlines()


def _remove(folder: Path) -> None:
    # A group is busy until the kernel has let go of the last process that was in it.
    for _ in range(20):
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
