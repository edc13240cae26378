"""Draws docs/images/home_assistant.png: the example dashboard in Home Assistant itself, at a running node.

It starts a broker, a node, Home Assistant and a browser, each for itself alone, and takes a screenshot. Besides
mosquitto and chromium it needs Home Assistant's environment with its frontend:

    make .venv-ha/.home-assistant
    .venv-ha/bin/pip install --no-deps home-assistant-frontend==20250411.0  # the one that its manifest names
    .venv-ha/bin/python docs/draw_home_assistant.py .venv/bin/edgeclassify
"""

import asyncio
import base64
import json
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from io import BytesIO
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse
from PIL import Image

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "images" / "home_assistant.png"
DASHBOARD = ROOT / "config" / "home_assistant" / "dashboard.yaml"
WIDTH, HEIGHT = 1240, 560
COLOURS = 128
PATIENCE_S = 120.0
NODE = """
[node]
name = "porch"
state_dir = "state"
trust_clock = true
[mqtt]
host = "127.0.0.1"
port = {port}
heartbeat_s = 5
[home_assistant]
device_name = "Porch"
[[camera]]
name = "feeder"
source = "images:{photo}"
loop = true
scene_checks = ["dark"]
[[view]]
name = "feeder"
groups = {{ preset = "everyday" }}
allow = ["cat", "dog", "bird"]
labels = ["cat"]
home_assistant = {{ device_class = "occupancy", on = ["cat"] }}
[snapshot]
mqtt = true
caption = false
"""
HOME_ASSISTANT = """
homeassistant:
  name: Home
  time_zone: Europe/Berlin
  unit_system: metric
http:
  server_host: 127.0.0.1
  server_port: {port}
frontend:
history:
lovelace:
  mode: yaml
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def until(what: str, attempt: Callable[[], Awaitable[Any]]) -> Any:
    """What the attempt gives, once it gives something. SystemExit after PATIENCE_S."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            if found := await attempt():
                return found
        except (OSError, ValueError, KeyError):
            pass
        await asyncio.sleep(0.5)
    raise SystemExit(f"{what}: nothing came in {PATIENCE_S:g} s")


class Programs:
    """Processes that end with the script, in the order opposite to their start."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self._folder, self._stack = folder, stack

    async def start(self, *command: str | Path) -> None:
        """One of them; what it says goes to a file of its name in the folder."""
        name = Path(command[0]).name
        with (self._folder / f"{name}.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *map(str, command), stdout=log, stderr=log, cwd=self._folder
            )
        self._stack.push_async_callback(self._end, process)

    @staticmethod
    async def _end(process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 20)
            except TimeoutError:
                process.kill()


class HomeAssistant:
    """A fresh one, as its first user sees it."""

    def __init__(self, session: ClientSession, port: int) -> None:
        self._session = session
        self.url = f"http://127.0.0.1:{port}"
        self.tokens: dict[str, Any] = {}

    async def set_up(self, broker_port: int) -> None:
        """Its first user, and the MQTT integration."""
        client = f"{self.url}/"
        user = {"client_id": client, "name": "Me", "username": "me", "password": "screenshot", "language": "en"}
        begun = await until("Home Assistant", lambda: self._post("/api/onboarding/users", user))
        form = {"grant_type": "authorization_code", "code": begun["auth_code"], "client_id": client}
        async with self._session.post(f"{self.url}/auth/token", data=form) as answer:
            self.tokens = await answer.json()
        for step in ("core_config", "analytics"):
            await self._post(f"/api/onboarding/{step}", {})
        await self._post("/api/onboarding/integration", {"client_id": client, "redirect_uri": client})
        flow = await self._post("/api/config/config_entries/flow", {"handler": "mqtt"})
        broker = {"broker": "127.0.0.1", "port": broker_port}
        made = await self._post(f"/api/config/config_entries/flow/{flow['flow_id']}", broker)
        if made["type"] != "create_entry":
            raise SystemExit(f"Home Assistant did not take the broker: {made}")

    async def state(self, entity_id: str) -> str:
        """What an entity shows; KeyError while there is none."""
        async with self._session.get(f"{self.url}/api/states/{entity_id}", headers=self._headers) as answer:
            return str((await answer.json())["state"])

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._session.post(f"{self.url}{path}", json=body, headers=self._headers) as answer:
            found: dict[str, Any] = await answer.json()
            return found

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"} if self.tokens else {}

    @property
    def known_to_the_browser(self) -> str:
        """A line of JavaScript by which the browser is logged in."""
        expires = int(time.time() * 1000) + 1_500_000
        tokens = self.tokens | {"hassUrl": self.url, "clientId": f"{self.url}/", "expires": expires}
        return f"localStorage.setItem('hassTokens', {json.dumps(json.dumps(tokens))})"


class Page:
    """A page of the browser, by its DevTools protocol."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket, self._number = socket, 0

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Do something, and its result."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        while True:
            found = await self._socket.receive_json(timeout=60)
            if found.get("id") == self._number:
                return dict(found.get("result", {}))


async def screenshot(session: ClientSession, profile: Path, home: HomeAssistant) -> bytes:
    """The dashboard as PNG."""
    port = profile / "DevToolsActivePort"

    async def read() -> str:
        return port.read_text(encoding="utf-8").split("\n")[0]

    base = f"http://127.0.0.1:{await until('chromium', read)}"
    async with session.put(f"{base}/json/new?about:blank") as answer:
        address = (await answer.json(content_type=None))["webSocketDebuggerUrl"]
    async with session.ws_connect(address, max_msg_size=0) as socket:
        page = Page(socket)
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        await page.ask("Emulation.setDeviceMetricsOverride", **size)
        await page.ask("Page.enable")
        await page.ask("Page.addScriptToEvaluateOnNewDocument", source=home.known_to_the_browser)
        await page.ask("Page.navigate", url=f"{home.url}/lovelace/feeder")
        await asyncio.sleep(25)  # it builds its cards one by one, and says nowhere that it is done
        found = await page.ask("Page.captureScreenshot", format="png")
    return base64.b64decode(found["data"])


async def draw(edgeclassify: Path, folder: Path) -> None:
    """All of it, in a folder that is thrown away."""
    broker_port, home_port = free_port(), free_port()
    for name in ("node", "home", "browser"):
        (folder / name).mkdir()
    (folder / "mosquitto.conf").write_text(f"listener {broker_port} 127.0.0.1\nallow_anonymous true\n")
    photo = ROOT / "edgeclassify" / "demo" / "photos" / "cat.jpg"
    (folder / "node" / "node.toml").write_text(NODE.format(port=broker_port, photo=photo))
    (folder / "home" / "configuration.yaml").write_text(HOME_ASSISTANT.format(port=home_port))
    shutil.copyfile(DASHBOARD, folder / "home" / "ui-lovelace.yaml")
    async with AsyncExitStack() as stack, ClientSession() as session:
        programs = Programs(folder, stack)
        mosquitto = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin") or "mosquitto"
        await programs.start(mosquitto, "-c", folder / "mosquitto.conf")
        await programs.start(Path(sys.executable).parent / "hass", "-c", folder / "home", "--skip-pip")
        home = HomeAssistant(session, home_port)
        await home.set_up(broker_port)
        await programs.start(edgeclassify, "run", "--config", folder / "node" / "node.toml")

        async def shows_the_cat() -> bool:
            return await home.state("binary_sensor.porch_feeder") == "on"

        await until("the node's view in Home Assistant", shows_the_cat)
        flags = ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--remote-debugging-port=0")
        await programs.start("chromium", *flags, f"--user-data-dir={folder / 'browser'}", "about:blank")
        picture = Image.open(BytesIO(await screenshot(session, folder / "browser", home))).convert("RGB")
        picture.quantize(COLOURS).save(TARGET, optimize=True)
    print(f"{TARGET}: {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: .venv-ha/bin/python docs/draw_home_assistant.py PATH/OF/edgeclassify")
    with tempfile.TemporaryDirectory() as name:
        try:
            asyncio.run(draw(Path(sys.argv[1]).absolute(), Path(name)))
        except BaseException:
            for log in sorted(Path(name).glob("*.log")):
                print(
                    f"--- {log.name}",
                    *log.read_text(errors="replace").splitlines()[-15:],
                    sep="\n",
                    file=sys.stderr,
                )
            raise
