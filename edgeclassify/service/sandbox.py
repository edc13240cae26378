"""The service of this machine: which config is its, which user it runs as, and what its sandbox hides from it."""

import contextlib
import grp
import os
import pwd
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from edgeclassify.files.rights import Account
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.service.places import CONFIG, STATE, state_of, unit_of

if TYPE_CHECKING:
    from edgeclassify.config import Config

_HOMES = (Path("/home"), Path("/root"), Path("/run/user"))
_TEMPORARY = (Path("/tmp"), Path("/var/tmp"))
SHIPPED = {
    "User": "edgeclassify", "SupplementaryGroups": "video", "ProtectHome": "yes", "PrivateTmp": "yes",
    "ProtectSystem": "strict", "StateDirectory": "edgeclassify", "RuntimeDirectory": "edgeclassify",
}  # fmt: skip
"""What the unit says where systemd can't be asked; a test compares it with the unit."""
_ASK_S = 5.0


@dataclass(frozen=True, slots=True)
class Service:
    """`account`: the service's user; `home`: that user's home folder.

    `hides`: folders that its sandbox hides, with the reason; `shows`: what of them is let through all the same.
    `writes`: folders that it may write to, None: to all that its rights allow. `variables`: what its unit sets.
    `state`: its state folder, where the config names none.
    """

    account: Account
    home: Path
    hides: Mapping[Path, str]
    shows: tuple[Path, ...] = ()
    writes: tuple[Path, ...] | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    state: Path = STATE

    def hidden(self, path: Path) -> str | None:
        """Why the service can't see what lies at `path`; None where the sandbox lets it through."""
        for place in (path.absolute(), path.resolve()):
            if any(place.is_relative_to(shown) for shown in self.shows):
                continue
            for folder, reason in self.hides.items():
                if place.is_relative_to(folder):
                    return reason
        return None

    def may_write(self, path: Path) -> bool:
        """True where the sandbox lets it write there; its rights are another question."""
        return self.writes is None or any(path.resolve().is_relative_to(folder) for folder in self.writes)

    @contextlib.contextmanager
    def environment(self) -> Iterator[None]:
        """While entered, variables are those of the service: not this user's home, models or password.

        Where the service itself asks (before a reload), they are what they are.
        """
        if os.geteuid() == self.account.uid:
            yield
            return
        before = dict(os.environ)
        for name in before:
            if name.startswith(("EDGECLASSIFY_", "XDG_")) or name == "CREDENTIALS_DIRECTORY":
                del os.environ[name]
        os.environ.update({"HOME": str(self.home), "STATE_DIRECTORY": str(self.state)} | dict(self.variables))
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def service_of(config: Path, shipped: Mapping[str, str] = SHIPPED) -> Service | None:
    """The service that runs with this config; None where it belongs to none, or none is set up here. Each other
    config beside the service's own is that of an instance of its name, whether it was ever started or not.

    None also within the service itself, as before its reload: there eyes and variables are the right ones.
    """
    within = os.environ.get("STATE_DIRECTORY", "").partition(":")[0] == str(state_of(config))
    if within or config.resolve().parent != CONFIG.parent:
        return None
    unit = {**shipped, **_asked(unit_of(config))}
    try:
        user = pwd.getpwnam(unit["User"] or "root")
    except KeyError:
        return None
    groups = set(os.getgrouplist(user.pw_name, user.pw_gid))
    for name in unit["SupplementaryGroups"].split():
        with contextlib.suppress(KeyError):
            groups.add(grp.getgrnam(name).gr_gid)
    account = Account(user.pw_name, user.pw_uid, frozenset(groups))
    hides, shows, state = _hides(unit), _shows(unit), state_of(config)
    return Service(account, Path(user.pw_dir), hides, shows, _writes(unit), _variables(unit), state)


def config_seen(path: Path) -> "tuple[Config, Service | None]":
    """The config of a file as its service reads it, with the service's variables and the update in its state
    folder; and that service, as of service_of(). Raises ConfigError."""
    from edgeclassify.config import load_config

    service = service_of(path)
    with contextlib.nullcontext() if service is None else service.environment():
        return load_config(path), service


def _asked(unit: str) -> dict[str, str]:
    """What systemd says of the unit, with all drop-ins; nothing where it does not run or does not know it."""
    names = ("LoadState", *SHIPPED, "BindPaths", "BindReadOnlyPaths", "ReadWritePaths", "Environment")
    command = ["systemctl", "show", unit, f"--property={','.join(names)}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_ASK_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return {}
    said = dict(line.partition("=")[::2] for line in done.stdout.splitlines())
    return said if said.get("LoadState") == "loaded" else {}


def _hides(unit: Mapping[str, str]) -> dict[Path, str]:
    hides: dict[Path, str] = {}
    if unit["ProtectHome"] in ("yes", "tmpfs"):
        hides |= dict.fromkeys(_HOMES, f"the service sees no home folders (ProtectHome={unit['ProtectHome']})")
    if unit["PrivateTmp"] not in ("no", ""):
        hides |= dict.fromkeys(
            _TEMPORARY, f"the service has a folder of its own there (PrivateTmp={unit['PrivateTmp']})"
        )
    return hides


def _shows(unit: Mapping[str, str]) -> tuple[Path, ...]:
    """Where BindPaths= and BindReadOnlyPaths= put something: FROM, or TO in FROM:TO:OPTIONS."""
    lines = " ".join((unit.get("BindPaths", ""), unit.get("BindReadOnlyPaths", ""))).split()
    parts = [line.removeprefix("-").partition(":")[::2] for line in lines]
    return tuple(Path(rest.partition(":")[0] or source) for source, rest in parts)


def _writes(unit: Mapping[str, str]) -> tuple[Path, ...] | None:
    if unit["ProtectSystem"] != "strict":
        return None
    named = [line.lstrip("-+") for line in unit.get("ReadWritePaths", "").split()]
    own = [f"/var/lib/{name}" for name in unit["StateDirectory"].split()]
    own += [f"/run/{name}" for name in unit["RuntimeDirectory"].split()]
    return tuple(map(Path, own + named + list(map(str, _TEMPORARY))))


def _variables(unit: Mapping[str, str]) -> dict[str, str]:
    """Environment= of the unit; what stands in an EnvironmentFile= is not known."""
    try:
        words = shlex.split(unit.get("Environment", ""))
    except ValueError:
        return {}
    return dict(word.split("=", 1) for word in words if "=" in word)
