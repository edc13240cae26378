"""Faults of [mqtt] that only show between keys: what needs or excludes another key, and servers that repeat."""

from collections.abc import Iterator
from typing import Any

from edgeclassify.config.values import split_host_port
from edgeclassify.documents.faults import ConfigFault

USUAL_PORT, USUAL_TLS_PORT = 1883, 8883


def broker_faults(mqtt: dict[str, Any]) -> Iterator[ConfigFault]:
    """`mqtt`: the table as it was read, of whatever types."""
    if "password_file" in mqtt and "username" not in mqtt:
        yield ConfigFault("mqtt.username", "a username beside password_file", "nothing")
    tls = mqtt.get("tls")
    if isinstance(tls, dict):
        for key, other in (("cert", "key"), ("key", "cert")):
            if key not in tls and other in tls:
                yield ConfigFault(f"mqtt.tls.{key}", "cert and key together, or neither", f"{other} alone")
    if "hosts" in mqtt:
        yield from _of_hosts(mqtt)


def _of_hosts(mqtt: dict[str, Any]) -> Iterator[ConfigFault]:
    double = [key for key in ("host", "port") if key in mqtt]
    if double:
        there = " and ".join(double)
        hint = f"Leave out {there}: a port stands behind its host, as in broker.lan:1884."
        yield ConfigFault(
            "mqtt.hosts", "one way to name the broker: hosts, or host and port", f"{there}, too", hint
        )
    hosts = mqtt["hosts"]
    seen = dict[tuple[str, int], int]()
    for index, entry in enumerate(hosts if isinstance(hosts, list) else ()):
        try:
            host, port = split_host_port(entry)
        except (ValueError, AttributeError):
            continue  # said of the entry alone
        server = host.lower(), port or usual_port(tls="tls" in mqtt)
        before = seen.setdefault(server, index)
        if before != index:
            yield ConfigFault(
                f"mqtt.hosts[{index}]", "each server once", f"{entry!r}, which is the same as mqtt.hosts[{before}]"
            )


def usual_port(*, tls: bool) -> int:
    """The one of a server of mqtt.hosts that names none."""
    return USUAL_TLS_PORT if tls else USUAL_PORT
