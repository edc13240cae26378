"""The file of hosts, and the config of each: a template with the host's own words in it."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PLACE = re.compile(r"@([a-z][a-z0-9_]*)@")
_WORD = re.compile(r"([a-z][a-z0-9_]*)=(.*)")
_ADDRESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:\[\]-]*")
_COMMENT = re.compile(r"(^|\s)#.*")
_NODE = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class HostsError(Exception):
    """A file that can't be used: every fault with its line."""


@dataclass(frozen=True)
class Host:
    """One host. `address`: for ssh, with a user if need be; `words`: what the template takes of it."""

    address: str
    words: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def node(self) -> str:
        """Its name over MQTT."""
        return self.words["node"]


def read_hosts(path: Path) -> list[Host]:
    """A host per line: ADDRESS KEY=VALUE …; # begins a comment where a word may begin. Raises HostsError."""
    hosts: list[Host] = []
    faults: list[str] = []
    for number, line in enumerate(_text(path).splitlines(), 1):
        words = _COMMENT.sub("", line).split()
        if not words:
            continue
        try:
            hosts.append(_host(words))
        except ValueError as error:
            faults.append(f"{path}: line {number}: {error}")
    for what, named in (("host", [one.address for one in hosts]), ("node", [one.node for one in hosts])):
        faults += [f"{path}: {what} {name}: expected once, found twice" for name in _twice(named)]
    if not hosts and not faults:
        faults.append(f"{path}: expected a host per line (ADDRESS KEY=VALUE …), found none")
    if faults:
        raise HostsError("\n".join(faults))
    return hosts


def fill(template: Path, hosts: Sequence[Host]) -> dict[Host, str]:
    """The config of each host: @KEY@ becomes its value, within the quotes of TOML. Raises HostsError."""
    text = _text(template)
    found: dict[Host, str] = {}
    faults: list[str] = []
    for host in hosts:
        missing = sorted({name for name in _PLACE.findall(text) if name not in host.words})
        faults += [
            f"{host.address}: {template} asks for @{name}@, expected {name}=… in its line" for name in missing
        ]
        if not missing:
            found[host] = _PLACE.sub(lambda match, host=host: host.words[match[1]], text)  # type: ignore[misc]
    if faults:
        raise HostsError("\n".join(faults))
    return found


def _host(words: Sequence[str]) -> Host:
    address, *rest = words
    if _ADDRESS.fullmatch(address) is None:
        raise ValueError(f"expected the name or address of a host, found {address!r}")
    given: dict[str, str] = {}
    for word in rest:
        match = _WORD.fullmatch(word)
        if match is None:
            raise ValueError(f"expected KEY=VALUE, found {word!r}")
        if '"' in match[2] or "\\" in match[2]:
            raise ValueError(f"{match[1]}: expected a value without quotes and backslashes, found {match[2]!r}")
        if match[1] in given:
            raise ValueError(f"{match[1]}: expected once, found twice")
        given[match[1]] = match[2]
    values = {"host": address.rpartition("@")[2], **given}
    if "node" not in values:
        if _is_ip(values["host"]):
            raise ValueError(f"expected node=NAME with an address of numbers, found {values['host']!r} alone")
        values["node"] = values["host"].partition(".")[0]
    if _NODE.fullmatch(values["node"]) is None:
        raise ValueError(f"node: expected letters, digits, _ and -, found {values['node']!r}")
    return Host(address, values)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HostsError(f"{path}: can't be read: {error}") from error


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
