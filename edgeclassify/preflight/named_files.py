"""Files that a config names, as the daemon will see them: whether they are there, and it may read them."""

import os
import shlex
import stat
from pathlib import Path

from edgeclassify.files.rights import Obstacle, Right, obstacle
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.service.sandbox import Service

_ROOM = "/etc/edgeclassify or /var/lib/edgeclassify"


@dataclass(frozen=True, slots=True)
class Problem:
    """One line on a file: what is wrong, and what to do. Not a fault: what may be meant so, or can't be told."""

    text: str
    is_fault: bool


@dataclass(frozen=True, slots=True)
class Files:
    """Judges files for a `service`; None: for this user. `elsewhere`: the config is meant for another machine."""

    service: Service | None
    elsewhere: bool = False

    def missing(self, text: str) -> Problem:
        """The problem with what is not there."""
        return Problem(text, is_fault=not self.elsewhere)

    def problems(self, key: str, path: Path, *, secret: bool = False, heals: bool = False) -> list[Problem]:
        """What keeps the daemon from a file or folder: nothing, or one problem.

        `secret`: not everybody shall read it; `heals`: it is waited for where it is not there.
        """
        hidden = None if self.service is None else self.service.hidden(path)
        if hidden is not None:
            return [Problem(f"{key}: {path}: {hidden}. Move it below {_ROOM}, and name it there.", is_fault=True)]
        try:
            mode = path.stat().st_mode
        except PermissionError:
            return [Problem(f"{key}: {path} can't be looked at by this user.{self._as_root()}", is_fault=False)]
        except OSError:
            text = f"{key}: {path} is not on this machine"
            if heals or self.elsewhere:
                return [Problem(text, is_fault=False)]
            hint = "" if self.service is not None else ", or use --elsewhere where it is meant for another one"
            return [Problem(f"{text}. Check the path{hint}", is_fault=True)]
        if self.service is None:
            readable = os.access(path, os.R_OK)
            return [] if readable else [Problem(f"{key}: {path} can't be read by this user", is_fault=False)]
        if stat.S_ISCHR(mode):
            return []  # a camera: udev and the unit's groups settle that when it is plugged in
        return self._obstacles(key, path, Right.READ, secret)

    def unwritable(self, key: str, path: Path) -> list[Problem]:
        """What keeps the service from writing into a folder; it does its work without, so this is no fault."""
        if self.service is None:
            return []
        hidden = self.service.hidden(path)
        if hidden is not None:
            return [Problem(f"{key}: {path}: {hidden}. Name a folder below {_ROOM.split()[-1]}.", is_fault=False)]
        if not self.service.may_write(path):
            text = (
                f"{key}: {path}: the service may not write there (ProtectSystem=strict). Let it: "
                f"sudo systemctl edit edgeclassify, and there under [Service]: ReadWritePaths={path}"
            )
            return [Problem(text, is_fault=False)]
        try:
            there = path.exists()
        except PermissionError:
            there = False
        found = self._obstacles(key, path, Right.WRITE, secret=False) if there else []
        return [Problem(problem.text, is_fault=False) for problem in found]

    def _obstacles(self, key: str, path: Path, wanted: Right, secret: bool) -> list[Problem]:
        assert self.service is not None
        account = self.service.account
        stuck = obstacle(account, path, wanted)
        if stuck is None:
            return []
        if stuck.right is None:
            text = f"{key}: {path}: whether the service may read it can't be told by this user.{self._as_root()}"
            return [Problem(text, is_fault=False)]
        verb = "write to" if wanted is Right.WRITE else "read"
        way = "" if stuck.place == path.resolve() else f", since it may not pass {stuck.place}"
        cure = _cure(stuck, path, account.name, secret)
        return [Problem(f"{key}: {path}: the service's user {account.name} may not {verb} it{way}. {cure}", True)]

    def _as_root(self) -> str:
        return "" if self.service is None else " Ask as root: sudo edgeclassify check"


def _cure(stuck: Obstacle, path: Path, user: str, secret: bool) -> str:
    place = shlex.quote(str(stuck.place))
    if stuck.place != path.resolve():
        return f"Move it below {_ROOM}, or run: sudo chmod o+x {place}"
    letters = "".join(letter for right, letter in _LETTERS.items() if right & (stuck.right or Right.READ))
    if secret or letters != "r":
        return f"Run: sudo chgrp {user} {place} && sudo chmod g+{letters} {place}"
    return f"Run: sudo chmod a+r {place}"


_LETTERS = {Right.READ: "r", Right.WRITE: "w", Right.PASS: "x"}
