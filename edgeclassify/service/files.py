"""The files of the service: units, its user, its folders; filled in for one machine.

Templates are in `units/`. @NAME@ stands for what differs between machines and instances; a line that begins with
{254+} is for systemd 254 and later, one with {<254} for those before.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.service.places import CONFIG, INSTANCE, NAME, UNIT

OLDEST_SYSTEMD = 252
"""That of Debian Bookworm; what an older one does with the units was never seen."""
_AGE = re.compile(r"\{(?:(\d+)\+|<(\d+))\}")
_PLAIN = ("edgeclassify-reboot.path", "edgeclassify-reboot.service")


@dataclass(frozen=True, slots=True)
class ServiceFile:
    """`text` is what belongs into `path`, with the rights `mode`; its owner is root."""

    path: Path
    text: str
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Layout:
    """`command`: the program, by its full path; `library`: /usr/lib for a package, else /usr/local/lib;
    `systemd`: its version."""

    command: Path
    library: Path
    systemd: int


def service_files(layout: Layout) -> tuple[ServiceFile, ...]:
    """Every file of the service but its config: units, then user and folders."""
    return tuple(_files(layout))


def _files(layout: Layout) -> Iterator[ServiceFile]:
    units, command = layout.library / "systemd/system", {"COMMAND": str(layout.command)}
    yield ServiceFile(units / UNIT, _filled(UNIT, layout.systemd, command | _NODE))
    yield ServiceFile(units / INSTANCE, _filled(UNIT, layout.systemd, command | _INSTANCE_NODE))
    for name in _PLAIN:
        yield ServiceFile(units / name, _filled(name, layout.systemd, command))
    yield ServiceFile(layout.library / f"sysusers.d/{NAME}.conf", _filled("sysusers.conf", layout.systemd, {}))
    yield ServiceFile(layout.library / f"tmpfiles.d/{NAME}.conf", _filled("tmpfiles.conf", layout.systemd, {}))


_NODE = {
    "DESCRIPTION": "edgeclassify: camera to labels over MQTT",
    "CONFIG": str(CONFIG),
    "CREDENTIAL": NAME,
    "RUNTIME": NAME,
    "STATE": NAME,
}
_INSTANCE_NODE = {
    "DESCRIPTION": "edgeclassify, node %i: camera to labels over MQTT",
    "CONFIG": f"{CONFIG.parent}/%i.toml",
    "CREDENTIAL": f"{NAME}-%i",
    "RUNTIME": f"{NAME}-%i",
    "STATE": f"{NAME}/%i",
}


def _filled(template: str, systemd: int, values: Mapping[str, str]) -> str:
    text = (files("edgeclassify.service") / "units" / template).read_text(encoding="utf-8")
    lines = (_of_age(line, systemd) for line in text.splitlines(keepends=True))
    text = "".join(line for line in lines if line is not None)
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _of_age(line: str, systemd: int) -> str | None:
    """The line where it is for this systemd, without its mark; None where it is for another."""
    found = _AGE.match(line)
    if found is None:
        return line
    since, before = found.groups()
    fits = systemd >= int(since) if since else systemd < int(before)
    return line[found.end() :] if fits else None
