"""docs/mosquitto.md: its certificates, users, config and rights, with a real mosquitto and a real node."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.docs.snippets.pages import ROOT, blocks
from tests.support.broker import HOST, free_port, mosquitto_path, needs_mosquitto
from tests.support.waiting import patient, wait_for

PAGE = ROOT / "docs" / "mosquitto.md"
USERS = ("porch", "homeassistant", "reader")
pytestmark = pytest.mark.broker


def block(language: str, holding: str) -> str:
    """The only one of the page that has this in it."""
    (found,) = [one.text for one in blocks(PAGE, language) if holding in one.text]
    return found


class House:
    """The broker as the page sets it up, in a folder in place of /etc/mosquitto."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clients: list[Client] = []
        self.ports = {1883: free_port(), 8883: free_port()}
        self._certificates()
        for number, user in enumerate(USERS):
            create = ["-c"] if number == 0 else []
            command = ["mosquitto_passwd", *create, "-b", str(folder / "passwords"), user, f"{user}-secret"]
            subprocess.run(command, check=True, capture_output=True)
        (folder / "rights").write_text(block("conf", "pattern"))
        (folder / "mosquitto.conf").write_text("user root\n" + self._here(block("conf", "listener")))
        with (folder / "log").open("wb") as log:
            command = [str(mosquitto_path()), "-c", str(folder / "mosquitto.conf")]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)

    def client(self, user: str, password: str | None = None) -> "Client":
        self.clients.append(Client(self, user, password))
        return self.clients[-1]

    def end(self) -> None:
        for client in self.clients:
            client.end()
        self._process.kill()
        self._process.wait()

    def _certificates(self) -> None:
        made = [line for line in block("sh", "openssl").splitlines() if line.startswith(("openssl", "printf"))]
        assert len(made) == 4
        for line in made:
            subprocess.run(line, shell=True, cwd=self.folder, check=True, capture_output=True)

    def _here(self, text: str) -> str:
        for port, ours in self.ports.items():
            text = text.replace(f"listener {port}", f"listener {ours}")
        text = text.replace("/etc/mosquitto/certs/", f"{self.folder}/")
        return text.replace("/etc/mosquitto/", f"{self.folder}/")

    def node_config(self) -> Path:
        """The config of the page, for here, with a camera."""
        text = block("toml", "password_file").replace('"broker.local"', '"localhost"')
        text = text.replace("8883", str(self.ports[8883])).replace("/etc/edgeclassify/", f"{self.folder}/")
        (self.folder / "mqtt-password").write_text("porch-secret\n")
        (self.folder / "mqtt-password").chmod(0o600)
        text = text.replace("[node]", f'[node]\nstate_dir = "{self.folder}/state"', 1)
        text += '[[camera]]\nname = "front"\nsource = "synthetic:"\n[profile.away.view."*"]\nsnapshots = true\n'
        (self.folder / "node.toml").write_text(text)
        return self.folder / "node.toml"


class Client:
    """One user of the broker, over TLS."""

    def __init__(self, house: House, user: str, password: str | None = None) -> None:
        self.received: dict[str, bytes] = {}
        self.refused: list[str] = []
        self.connected: list[str] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.username_pw_set(user, password or f"{user}-secret")
        self._client.tls_set(ca_certs=str(house.folder / "ca.pem"))
        self._client.on_connect = lambda _c, _d, _f, reason, _p: self.connected.append(str(reason))
        self._client.on_message = lambda _c, _d, message: self.received.update(
            {message.topic: bytes(message.payload)}
        )
        self._client.on_publish = self._on_publish
        self._client.connect("localhost", house.ports[8883])
        self._client.loop_start()
        wait_for(lambda: self.connected, 20)

    def _on_publish(self, _client: object, _data: object, _mid: int, reason: Any, _properties: object) -> None:
        self.refused += [str(reason)] if reason.is_failure else []
        self._answered = True

    def hear(self, topic: str) -> None:
        self._client.subscribe(topic, 1)

    def may_write(self, topic: str, payload: str = "") -> bool:
        """The broker's answer to a message."""
        self._answered, before = False, len(self.refused)
        self._client.publish(topic, payload, 1)
        wait_for(lambda: self._answered, 20)
        return len(self.refused) == before

    def end(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    needs_mosquitto()
    for program in ("openssl", "mosquitto_passwd"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program} (Debian: openssl, mosquitto)")
    running = House(tmp_path)
    try:
        wait_for(lambda: (tmp_path / "log").read_text().count("running") > 0, 20)
        yield running
    finally:
        running.end()


@pytest.fixture
def node(house: House) -> Iterator[list[str]]:
    """A node with the page's config; its log."""
    command = [sys.executable, "-m", "edgeclassify", "run", "--config", str(house.node_config())]
    log = house.folder / "node.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    wait_for(lambda: "connected" in log.read_text() or process.poll() is not None, 60)
    assert process.poll() is None, log.read_text()
    yield [str(log)]
    process.terminate()
    process.wait(patient(30))


def test_a_node_says_all_it_has_and_is_asked(house: House, node: list[str]) -> None:
    home = house.client("homeassistant")
    home.hear("edgeclassify/#")
    home.hear("homeassistant/#")
    state = "edgeclassify/porch/front/state"
    wait_for(lambda: {state, "homeassistant/device/porch/config"} <= home.received.keys(), 60)
    assert home.received["edgeclassify/porch/status"] == b"online"
    assert home.may_write("edgeclassify/porch/request/ping", '{"transaction":7}')
    wait_for(lambda: "edgeclassify/porch/response/ping" in home.received, 20)
    assert json.loads(home.received["edgeclassify/porch/response/ping"])["transaction"] == 7
    assert home.may_write("edgeclassify/porch/profile/set", "away")
    wait_for(lambda: home.received.get("edgeclassify/porch/profile/state") == b"away", 20)
    assert home.may_write("edgeclassify/porch/front/enabled/set", "OFF")
    wait_for(lambda: home.received.get("edgeclassify/porch/front/enabled/state") == b"OFF", 20)
    assert "does not let this node" not in Path(node[0]).read_text()


def test_nobody_may_do_more(house: House) -> None:
    porch, reader = house.client("porch"), house.client("reader")
    assert porch.may_write("edgeclassify/porch/front/state")
    assert not porch.may_write("edgeclassify/gate/front/state")
    assert not porch.may_write("homeassistant/device/gate/config")
    assert not reader.may_write("edgeclassify/porch/request/ping")


def test_strangers_stay_outside(house: House) -> None:
    stranger = house.client("porch", "guessed")
    assert stranger.connected == ["Not authorized"]
    command = ["mosquitto_sub", "-h", HOST, "-p", str(house.ports[1883]), "-t", "#", "-W", "5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=patient(60))
    assert re.search("not authori[sz]ed", done.stderr, re.IGNORECASE)


def test_the_lines_that_look(house: House, node: list[str]) -> None:
    """As they stand on the page, but for the broker's name and port here, and for how long."""
    (house.folder / "password").write_text("reader-secret\n")
    (house.folder / "password").chmod(0o600)
    for line in block("sh", "mosquitto_sub").splitlines():
        here = line.replace("broker.local", "localhost").replace("8883", str(house.ports[8883]))
        here = here.replace("'the password'", "reader-secret")
        here = here.replace("edgeclassify watch", f"{sys.executable} -m edgeclassify watch --for 8")
        here = re.sub("^mosquitto_sub", "mosquitto_sub -C 1 -W 60", here)
        if "--port" not in here and "watch" in here:
            here += f" --port {house.ports[8883]}"
        done = subprocess.run(
            here,
            shell=True,
            cwd=house.folder,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
            timeout=patient(100),
        )
        assert done.returncode == 0, f"{line}: {done.stderr}"
        assert "porch" in done.stdout
