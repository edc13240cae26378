"""A real RabbitMQ cluster on this machine: Debian's rabbitmq-server with its plugin for MQTT 3.1.1."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.broker import HOST, free_port
from tests.support.waiting import patient, wait_for

NO_RABBITMQ = "rabbitmq-server is not installed (Debian: apt-get install rabbitmq-server)"
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
START_S = 240.0
"""Three Erlang machines, on a busy one."""


def needs_rabbitmq() -> None:
    """Skips the test where it is not installed."""
    if not SERVER.exists() or shutil.which("epmd") is None:
        pytest.skip(NO_RABBITMQ)


class RabbitNode:
    """One node of a cluster. `number` from 1 on."""

    def __init__(self, number: int, folder: Path, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.name = f"r{number}@localhost"
        self._number, self._folder, self._environment = number, folder, environment
        self._amqp, self._distribution = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self, names: list[str], *, anonymous: bool = True) -> None:
        """Starts it; `listens` says when it is there."""
        settings = [
            f"listeners.tcp.1 = {HOST}:{self._amqp}",
            f"mqtt.listeners.tcp.1 = {HOST}:{self.port}",
            f"mqtt.allow_anonymous = {str(anonymous).lower()}",
            "cluster_formation.peer_discovery_backend = classic_config",
            *(f"cluster_formation.classic_config.nodes.{i} = {name}" for i, name in enumerate(names, 1)),
            "log.file.level = info",
        ]
        config = self._folder / f"node{self._number}"
        config.with_suffix(".conf").write_text("\n".join(settings) + "\n")
        for kind in ("mnesia", "log"):
            (self._folder / f"{kind}{self._number}").mkdir(exist_ok=True)
        environment = {
            **self._environment,
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_NODE_PORT": str(self._amqp),
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_MNESIA_BASE": str(self._folder / f"mnesia{self._number}"),
            "RABBITMQ_LOG_BASE": str(self._folder / f"log{self._number}"),
            "RABBITMQ_CONFIG_FILE": str(config),
        }
        with (self._folder / f"out{self._number}").open("ab") as out:
            self._process = subprocess.Popen(
                [SERVER], env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )

    def listens(self) -> bool:
        """Is it there?"""
        assert self._process is not None
        assert self._process.poll() is None, self.said
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), 1):
            return True
        return False

    @property
    def said(self) -> str:
        """What it has printed."""
        return (self._folder / f"out{self._number}").read_text(errors="replace")

    @property
    def running(self) -> bool:
        """Has it been started, and not ended?"""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """It dies at once, as by a power cut."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(patient(10))


class _Client:
    """Finds out whether a message arrives."""

    def __init__(self, port: int) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._connected, self._subscribed, self.arrived = (threading.Event() for _ in range(3))
        self._client.on_connect = lambda *_: self._connected.set()
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda *_: self.arrived.set()
        self._port = port

    def __enter__(self) -> "_Client":
        with contextlib.suppress(OSError):
            self._client.connect(HOST, self._port)
        self._client.loop_start()
        self._connected.wait(patient(2))
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def subscribe(self) -> bool:
        """True where the broker has answered."""
        self._client.subscribe("cluster/ready", 1)
        return self._subscribed.wait(patient(2))

    def publish(self) -> None:
        """Say something."""
        self._client.publish("cluster/ready", b"", 1)


class RabbitCluster:
    """`size` nodes that know each other. Ports, names and cookie are this cluster's own, as is its epmd."""

    def __init__(self, folder: Path, size: int = 3) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        epmd_port = str(free_port())
        cookie = folder / ".erlang.cookie"
        cookie.write_text("EDGECLASSIFYTESTS")
        cookie.chmod(0o400)
        plugins = folder / "plugins"
        plugins.write_text("[rabbitmq_mqtt].\n")
        self._environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": str(folder),
            "ERL_EPMD_PORT": epmd_port,
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            # Their machines must not count all cores as theirs, nor look busy for each other's work.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-noinput +S 1:1 +sbwt none -start_epmd false",
            "RABBITMQ_ALLOW_INPUT": "1",
        }
        self._epmd: subprocess.Popen[bytes] | None = None
        self.nodes = [RabbitNode(number, folder, self._environment) for number in range(1, size + 1)]

    def start(self) -> "RabbitCluster":
        """Returns when all nodes take connections."""
        self._epmd = subprocess.Popen(["epmd", "-address", HOST], env=self._environment, stderr=subprocess.DEVNULL)
        # Those that come up together may each found a cluster of its own.
        first, *others = self.nodes
        self._begin(first)
        wait_for(first.listens, START_S)
        for node in others:
            self._begin(node)
        for node in others:
            wait_for(node.listens, START_S)
        # They listen before they know each other's subscribers.
        for node in self.nodes:
            self._await(node)
        return self

    def _begin(self, node: RabbitNode) -> None:
        node.begin(sorted({self.nodes[0].name, node.name}))

    def _await(self, node: RabbitNode) -> None:
        wait_for(lambda: self._reaches_all(node), START_S)

    def _reaches_all(self, node: RabbitNode) -> bool:
        """Does a message at this node arrive at all of them?"""
        with contextlib.ExitStack() as stack:
            listeners = [stack.enter_context(_Client(one.port)) for one in self.nodes if one.running]
            if not all(listener.subscribe() for listener in listeners):
                return False
            stack.enter_context(_Client(node.port)).publish()
            return all(listener.arrived.wait(patient(2)) for listener in listeners)

    def restart(self, node: RabbitNode) -> None:
        """A node that was killed comes back."""
        self._begin(node)
        wait_for(node.listens, START_S)
        self._await(node)

    def stop(self) -> None:
        """Ends all of it."""
        for node in self.nodes:
            node.kill()
        epmd, self._epmd = self._epmd, None
        if epmd is not None:
            epmd.kill()
            epmd.wait(patient(10))


def main() -> None:
    """A cluster for by hand: `python -m tests.support.rabbitmq`; Ctrl-C ends it."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = RabbitCluster(Path(folder))
        try:
            cluster.start()
            print(*(f"{node.name} {HOST}:{node.port}" for node in cluster.nodes), folder, flush=True)
            signal.pause()
        except KeyboardInterrupt:
            pass
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
