"""A roll-out to hosts with a real sshd, a real daemon each, and a real broker."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.rollout.ssh_hosts import SshHosts, needs_mounts
from tests.support.broker import HOST, Mosquitto, deaf_port, needs_mosquitto
from tests.support.waiting import patient

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(300)]
ROLLOUT = Path(__file__).parents[3] / "packaging" / "rollout" / "rollout.py"
EDGECLASSIFY = f"{sys.executable} -m edgeclassify"
TEMPLATE = """
[node]
name = "@node@"
state_dir = "/var/lib/edgeclassify"
[mqtt]
host = "127.0.0.1"
port = @port@
[[camera]]
name = "front"
source = "@source@"
[[view]]
name = "gate"
threshold_enter = @threshold@
"""


class RollOuts:
    """Runs the script over the hosts; what it takes of each can be changed by host."""

    def __init__(self, folder: Path, hosts: SshHosts, port: int) -> None:
        self.folder, self.hosts, self.port = folder, hosts, port
        self.err = ""

    def __call__(
        self, *options: str, template: bool = True, wait_s: int = 120, **words: dict[str, str]
    ) -> dict[str, tuple[str, str]]:
        """Host → outcome and why. `wait_s`: how long a node may take to answer over MQTT."""
        defaults = {"source": "synthetic:", "threshold": "0.6", "port": str(self.port)}
        lines = []
        for name in self.hosts.names:
            own = defaults | words.get("all_", {}) | words.get(name, {})
            lines.append(f"{name} {' '.join(f'{key}={value}' for key, value in own.items())}  # a host\n")
        (self.folder / "hosts.txt").write_text("# hosts\n\n" + "".join(lines))
        (self.folder / "template.toml").write_text(TEMPLATE)
        given = ["--template", str(self.folder / "template.toml")] if template else []
        gate = f"{EDGECLASSIFY} fleet ping --host {HOST} --port {self.port} --wait {wait_s} --answer 5"
        done = subprocess.run(
            [sys.executable, str(ROLLOUT), str(self.folder / "hosts.txt"), *given, "--json",
             "--ssh", self.hosts.ssh, "--check-with", "true",
             "--gate", gate, "--settle", "1", *options],
            capture_output=True, text=True, timeout=patient(300), check=False,
        )  # fmt: skip
        self.err = done.stderr
        assert done.stdout, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        outcomes = {one["host"]: (one["outcome"], one["why"]) for one in found["hosts"]}
        good = all(outcome in ("done", "unchanged") for outcome, _ in outcomes.values())
        assert done.returncode == (0 if good else 1)
        self.stopped = found["stopped"]
        return outcomes


@pytest.fixture(scope="module")
def rollout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RollOuts]:
    needs_mosquitto()
    needs_mounts()
    folder = tmp_path_factory.mktemp("rollout")
    broker = Mosquitto(folder).start()
    try:
        with SshHosts(folder, ["north", "south"]) as hosts:
            rolled = RollOuts(folder, hosts, broker.port)
            # A host without a config: it becomes one.
            assert rolled() == dict.fromkeys(hosts.names, ("done", "config taken over")), rolled.err
            yield rolled
    finally:
        broker.stop()


def test_the_same_again_changes_nothing(rollout: RollOuts) -> None:
    before = rollout.hosts.run("north", "stat -c %Y-%i /etc/edgeclassify/edgeclassify.toml").stdout
    assert rollout() == dict.fromkeys(rollout.hosts.names, ("unchanged", "the config is there already"))
    assert rollout.hosts.run("north", "stat -c %Y-%i /etc/edgeclassify/edgeclassify.toml").stdout == before
    assert 'name = "north"' in rollout.hosts.config("north")
    assert 'name = "south"' in rollout.hosts.config("south")


def test_a_changed_config_is_taken_over_and_can_be_put_back(rollout: RollOuts) -> None:
    rollout.hosts.run("north", "chmod 640 /etc/edgeclassify/edgeclassify.toml")
    assert rollout("--only", "north", north={"threshold": "0.7"}) == {"north": ("done", "config taken over")}
    assert "threshold_enter = 0.7" in rollout.hosts.config("north")
    assert "threshold_enter = 0.6" in rollout.hosts.config("south")
    assert rollout.hosts.run("north", "stat -c %a /etc/edgeclassify/edgeclassify.toml").stdout == "640\n"
    assert rollout("--only", "north", "--undo", template=False) == {"north": ("done", "the config before is back")}
    assert "threshold_enter = 0.6" in rollout.hosts.config("north")
    assert rollout.hosts.run("north", "ls -A /etc/edgeclassify /tmp/tmp.*/on_host.sh").stdout.split() == [
        "/etc/edgeclassify:", "edgeclassify.toml", "edgeclassify.toml.before",
    ]  # fmt: skip


def test_a_host_whose_check_refuses_keeps_what_it_has_and_ends_it(rollout: RollOuts) -> None:
    found = rollout("--at-once", "1", all_={"threshold": "0.8"}, north={"threshold": "7"})
    assert found["north"][0] == "refused"
    assert found["north"][1].startswith("edgeclassify check: ")
    assert "threshold_enter" in found["north"][1]
    assert found["south"] == ("not asked", "")
    assert rollout.stopped == "1 failed"
    assert "threshold_enter = 0.6" in rollout.hosts.config("north")
    assert "edgeclassify.toml.new" not in rollout.hosts.run("north", "ls -A /etc/edgeclassify").stdout


def test_a_node_that_is_not_heard_of_any_more_gets_its_config_back(rollout: RollOuts) -> None:
    with deaf_port() as port:
        found = rollout("--only", "north", wait_s=1, north={"port": str(port)})
    assert found["north"][0] == "rolled-back"
    assert found["north"][1].startswith("over MQTT it is ")
    assert f"port = {rollout.port}" in rollout.hosts.config("north")
    assert rollout("--only", "north") == {"north": ("unchanged", "the config is there already")}


def test_a_service_that_does_not_survive_it_gets_its_config_back(rollout: RollOuts) -> None:
    rollout.hosts.run("north", "touch /run/dies-once")
    found = rollout("--only", "north", north={"threshold": "0.75"})
    assert found["north"][0] == "rolled-back"
    assert found["north"][1].startswith("the service did not run for 1 s with it")
    assert "threshold_enter = 0.6" in rollout.hosts.config("north")


def test_what_a_link_leads_to_is_neither_read_nor_changed(rollout: RollOuts) -> None:
    """The service may write to the folder of its config; root goes there."""
    folder = "/etc/edgeclassify"
    run = rollout.hosts.run
    run("north", f"umask 077; echo mine > /etc/mine; mv {folder}/edgeclassify.toml /etc/kept")
    for made in ("ln -s", "ln"):
        run("north", f"{made} /etc/mine {folder}/edgeclassify.toml")
        found = rollout("--only", "north", north={"threshold": "0.75"})
        assert found["north"][0] == "refused"
        assert "expected a plain file with one name" in found["north"][1]
        run("north", f"rm {folder}/edgeclassify.toml")
    run("north", f"mv /etc/kept {folder}/edgeclassify.toml")
    names = [f"{folder}/{name}" for name in ("edgeclassify.toml.before", "edgeclassify.toml.new", ".rollout.toml")]
    run("north", "; ".join(f"ln -sf /etc/mine {name}" for name in names))
    assert rollout("--only", "north", "--undo", template=False)["north"][0] == "refused"
    assert rollout("--only", "north", north={"threshold": "0.75"}) == {"north": ("done", "config taken over")}
    before = run("north", f"stat -c %F {names[0]}; cat {names[0]}").stdout
    assert before.startswith("regular file\n")
    assert "threshold_enter = 0.6" in before
    assert run("north", "stat -c %U:%a:%h /etc/mine; cat /etc/mine").stdout == "root:600:1\nmine\n"
    assert rollout("--only", "north", "--undo", template=False)["north"][0] == "done"
    assert "threshold_enter = 0.6" in rollout.hosts.config("north")
    run("north", f"rm {names[1]}")
    assert run("north", "ls -A /etc | grep rollout").stdout == ""


def test_orders_reach_real_nodes(rollout: RollOuts) -> None:
    """Of `edgeclassify fleet`: what a daemon answers, and what it refuses."""

    def fleet(*words: str) -> dict[str, Any]:
        command = [
            sys.executable,
            "-m",
            "edgeclassify",
            "fleet",
            *words,
            "--host",
            HOST,
            "--port",
            str(rollout.port),
        ]
        done = subprocess.run(
            [*command, "--json"], capture_output=True, text=True, timeout=patient(120), check=False
        )
        found = json.loads(done.stdout)
        return {one["node"]: (one["outcome"], one["why"] or one["data"]) for one in found["nodes"]}

    found = fleet("set", "*.threshold", "0.72", "--where", "name=* and online and threshold=0.6")
    data = {"view": "gate", "option": "threshold", "value": 0.72}
    assert found == dict.fromkeys(rollout.hosts.names, ("done", data))
    found = fleet("set", "gaet.threshold", "0.6", "--where", "gate.threshold=0.72 and name=south")
    assert found["south"] == ("refused", "view: expected one of gate, found 'gaet'. Did you mean \"gate\"?")
    rollout.hosts.run("south", "echo oops >> /etc/edgeclassify/edgeclassify.toml")
    outcome, why = fleet("reload", "--node", "south")["south"]
    assert outcome == "refused"
    assert "/etc/edgeclassify/edgeclassify.toml" in why


def test_two_at_once_are_one_too_many(rollout: RollOuts) -> None:
    lock = "flock /run/edgeclassify-rollout.lock sleep 20 > /dev/null 2>&1 < /dev/null & echo $!"
    pid = rollout.hosts.run("north", lock).stdout.strip()
    found = rollout("--only", "north", north={"threshold": "0.75"})
    rollout.hosts.run("north", f"pkill -P {pid}; kill {pid}")
    assert found == {"north": ("refused", "another roll-out is at work on this host")}


def test_a_host_that_can_not_be_reached_is_said(rollout: RollOuts) -> None:
    with deaf_port() as port:
        found = rollout("--only", "north", "--ssh", f"{rollout.hosts.ssh} -p {port}")
    assert found["north"][0] == "unreachable"
    assert "Connection refused" in found["north"][1]


def test_a_package_that_can_not_be_installed_leaves_the_config(rollout: RollOuts) -> None:
    deb = rollout.folder / "edgeclassify_9.deb"
    deb.write_bytes(b"no package")
    found = rollout("--only", "north", "--deb", str(deb), north={"threshold": "0.75"})
    assert found["north"][0] == "refused"
    assert found["north"][1].startswith("the package can't be installed: ")
    assert "threshold_enter = 0.6" in rollout.hosts.config("north")
