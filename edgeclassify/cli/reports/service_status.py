"""The service on one screen, in lines."""

from collections.abc import Iterator

from edgeclassify.service.places import UNIT
from edgeclassify.service.status import NodeStatus, ServiceStatus


def lines(status: ServiceStatus) -> Iterator[str]:
    """Each node, then what put the service here."""
    for node in status.nodes:
        yield from _node(node)
    yield f"installed by {status.installed_by}: {status.unit_file}"
    yield f"program: {status.program}"


def _node(node: NodeStatus) -> Iterator[str]:
    boot = "starts at boot" if node.enabled else "does not start at boot"
    yield f"{node.unit}: {_state(node)}; {boot}"
    yield f"  config: {node.config}"
    if node.says and node.runs:
        yield f"  says: {node.says}"
    if node.restarts:
        yield f"  restarts since it was started by hand or at boot: {node.restarts}"
    if node.memory_bytes is not None and node.runs:
        yield f"  memory: {node.memory_bytes / 1e6:.0f} MB"
    for line in node.errors:
        yield f"  error: {line}"
    if not node.runs:
        start = f"sudo systemctl enable --now {node.unit.removesuffix('.service')}"
        yield f"  next: sudo edgeclassify check{'' if node.unit == UNIT else ' ' + node.config} && {start}"


def _state(node: NodeStatus) -> str:
    if node.runs:
        return f"runs (process {node.pid}) since {node.since}"
    if node.active == "failed":
        return f"failed ({node.result}, exit status {node.exit_status})"
    if node.active == "activating":
        return f"starts, or waits to start again (last: {node.result}, exit status {node.exit_status})"
    return "does not run"
