"""The paho that is installed fits, and one that does not is refused with one message."""

import ast
import inspect
import tomllib
from pathlib import Path

import paho.mqtt.client as paho
import pytest

from edgeclassify.errors import ExitStatus, PublishError
from edgeclassify.publish.mqtt.link import client
from edgeclassify.publish.mqtt.link.paho_version import NEEDED, NEEDED_ATTRIBUTES, WANTED, check

ROOT = Path(__file__).parents[4]


def members() -> dict[str, object]:
    """What a class must have, of the paho that is installed."""
    return {name: getattr(paho.Client, name) for name in (*NEEDED, "__init__")}


def test_the_installed_one_fits() -> None:
    check(paho.Client)


def test_the_pin_is_the_one_that_is_named() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert f"paho-mqtt{WANTED}" in listed


def test_all_that_our_client_takes_of_pahos_private_parts_is_checked() -> None:
    """What it calls by `self._…` or `super()._…` and does not define itself, and what it overrides."""
    tree = ast.parse(inspect.getsource(client.Client))
    own = set(vars(client.Client))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr.startswith("_")}
    private = {name for name in (used | own) if name.startswith("_") and not name.startswith("__")}
    paho_s = {name for name in private if hasattr(paho.Client, name)}
    assert paho_s == set(NEEDED)
    ours = {"_gathered", "_interrupt", "_skipping"}
    assert {name for name in private if name not in own | paho_s | ours} == set(NEEDED_ATTRIBUTES)


@pytest.mark.parametrize("name", NEEDED)
def test_one_without_a_method_is_refused(name: str) -> None:
    with pytest.raises(PublishError, match=rf"paho-mqtt .* does not fit: .* {name}\. pip install") as found:
        check(type("Fewer", (), {key: value for key, value in members().items() if key != name}))
    assert found.value.exit_status is ExitStatus.UNAVAILABLE


def test_one_whose_method_takes_something_else_is_refused() -> None:
    other = members() | {"_sock_recv": lambda self, size, flags: b""}
    with pytest.raises(PublishError, match=r"has _sock_recv\. "):
        check(type("Other", (), other))


def test_one_whose_packets_are_kept_elsewhere_is_refused() -> None:
    def init(self: object) -> None:
        """Sets nothing."""

    with pytest.raises(PublishError, match=r"has _in_packet, _last_bytes_received\. "):
        check(type("Other", (), members() | {"__init__": init}))
