"""Home Assistant's MJPEG camera looks at what a camera of the node shows, with a token.

The node is the real one, in the project's own environment: EDGECLASSIFY_PYTHON says which Python that is.
"""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip(
    "pytest_homeassistant_custom_component", reason="needs Home Assistant: make test-home-assistant"
)

import pytest_socket
from homeassistant.components.camera import async_get_image
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

PYTHON = os.environ.get("EDGECLASSIFY_PYTHON", "")
PHOTOS = Path(__file__).parents[2] / "edgeclassify/demo/photos"
ENTITY = "camera.porch"
JPEG = b"\xff\xd8\xff"
START_S = 30.0

pytestmark = [
    pytest.mark.home_assistant,
    pytest.mark.usefixtures("socket_enabled"),
    pytest.mark.skipif(not PYTHON, reason="needs EDGECLASSIFY_PYTHON: make test-home-assistant"),
]


@dataclass(frozen=True, slots=True)
class Served:
    """A node with the page, where only who has the token may look."""

    base: str
    token: str

    def url(self, what: str) -> str:
        return f"{self.base}/api/cameras/photos/{what}"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    pytest_socket.enable_socket()  # which the plugin forbids anew before each test
    tmp_path = tmp_path_factory.mktemp("node")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = tmp_path / "edgeclassify.toml"
    config.write_text(
        f'[node]\nname = "porch"\nstate_dir = "{tmp_path}/state"\n[mqtt]\nenabled = false\n'
        f"[web]\nenabled = true\nport = {port}\n"
        f'[[camera]]\nname = "photos"\nsource = "images:{PHOTOS}"\ninterval_s = 0.1\nloop = true\n'
    )
    command = [PYTHON, "-m", "edgeclassify"]
    made = subprocess.run(
        [*command, "web", "token", "home-assistant", "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    process = subprocess.Popen([*command, "run", "--config", str(config)], stderr=subprocess.DEVNULL)
    try:
        base = f"http://127.0.0.1:{port}"
        _await_start(base, process)
        yield Served(base, made.stdout.strip())
    finally:
        process.terminate()
        process.wait(20)


def _await_start(base: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the node has ended"
        try:
            urllib.request.urlopen(f"{base}/healthz", timeout=5).close()
        except (urllib.error.URLError, OSError):  # not there yet, or no frame has come
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the node did not start")


async def added(hass: HomeAssistant, node: Served, *, still: bool, password: str | None = None) -> None:
    """The camera, as the dialog of the integration makes it."""
    options: dict[str, object] = {
        "mjpeg_url": node.url("stream.mjpeg"),
        "authentication": "basic",
        "username": "home-assistant",
        "password": node.token if password is None else password,
        "verify_ssl": True,
    }
    if still:
        options["still_image_url"] = node.url("frame.jpg")
    entry = MockConfigEntry(domain="mjpeg", title="Porch", options=options)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


@pytest.mark.parametrize("still", [True, False], ids=["by frame.jpg", "out of the stream"])
async def test_it_shows_a_picture(hass: HomeAssistant, node: Served, still: bool) -> None:
    await added(hass, node, still=still)
    for _ in range(2):
        image = await async_get_image(hass, ENTITY)
        assert image.content.startswith(JPEG)
        assert image.content.rstrip().endswith(b"\xff\xd9")
        assert image.content_type == "image/jpeg"


async def test_it_passes_the_stream_on(
    hass: HomeAssistant, node: Served, hass_client: ClientSessionGenerator
) -> None:
    await added(hass, node, still=True)
    client = await hass_client()
    response = await client.get(f"/api/camera_proxy_stream/{ENTITY}")
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("multipart/x-mixed-replace")
    read = b""
    while read.count(b"--frame") < 4:
        read += await response.content.readany()
    assert read.count(JPEG) >= 3
    response.close()


async def test_it_sees_nothing_without_the_token(hass: HomeAssistant, node: Served) -> None:
    await added(hass, node, still=True, password="guessed")
    try:
        image = await async_get_image(hass, ENTITY)
    except HomeAssistantError:
        return
    assert not image.content.startswith(JPEG)
