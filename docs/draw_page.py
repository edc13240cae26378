"""Takes the pictures of docs/page.md and of the README: `python docs/draw_page.py [FOLDER] [PAGE ...]`

A demo runs for some minutes, is taught three classes by way of its own API, and is looked at by Chromium: on
a desktop and on a phone, in light and in dark. docs/images/page-PAGE.jpg has two of the four beside each other;
FOLDER gets all of them, as they are.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from edgeclassify.demo import demo_photos
from edgeclassify.demo.page_port import free_page_port
from edgeclassify.types import Pixels

IMAGES = Path(__file__).parent / "images"
PAGES = ("live", "events", "aim", "tune", "teach", "models", "system")
DESKTOP, PHONE = (1280, 800), (360, 740)
SCHEMES = ("light", "dark")
WARM_UP_S = 75
EXAMPLES = 8
COLORS = json.dumps(["Egyptian cat", "espresso", "tabby cat", "gas mask", "cat", "tripod"])
"""The order in which labels get their colours."""
SHOWS_ESPRESSO = """() => (document.querySelector(".state-card") ?? document.querySelector("main"))
  .innerText.includes("espresso")"""
QUALITY, SCALE, GAP, GROUND = 80, 0.8, 24, (246, 244, 242)


def main(folder: Path, pages: tuple[str, ...]) -> None:
    """Take all, write those of the docs."""
    with demo() as address, sync_playwright() as playwright:
        teach(address)
        time.sleep(WARM_UP_S)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name in pages:
            taken = {
                (size, scheme): take(browser, address, name, size, scheme, folder)
                for size in (DESKTOP, PHONE)
                for scheme in SCHEMES
            }
            beside = together(taken[DESKTOP, "light"], taken[PHONE, "dark"])
            cv2.imwrite(str(IMAGES / f"page-{name}.jpg"), beside, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        browser.close()


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo, with models of its own."""
    port = free_page_port()
    command = [
        sys.executable,
        "-m",
        "edgeclassify",
        "demo",
        "--frames",
        "0",
        "--interval",
        "4",
        "--port",
        str(port),
    ]
    with tempfile.TemporaryDirectory() as models:
        environment = {**os.environ, "EDGECLASSIFY_MODELS": models}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}/"
            for _ in range(100):
                time.sleep(0.2)
                try:
                    urllib.request.urlopen(f"{address}healthz").close()
                    break
                except OSError:
                    continue
            yield address
        finally:
            process.terminate()
            process.wait()


def teach(address: str) -> None:
    """Three classes, of cut-outs of the photos."""
    random = np.random.default_rng(1)
    with demo_photos() as photos:
        for label in ("cat", "espresso", "tripod"):
            photo = cv2.imread(str(photos / f"{label}.jpg"))
            assert photo is not None
            for _ in range(EXAMPLES):
                coded = cv2.imencode(".jpg", cut_out(photo, random))[1].tobytes()
                post(f"{address}api/taught/desk/examples?label={label}", coded, "image/jpeg")
    post(f"{address}api/requests/teach/fit", json.dumps({"model": "desk"}).encode(), "application/json")


def cut_out(photo: Pixels, random: np.random.Generator) -> Pixels:
    """Nine tenths of it, somewhere, in another light."""
    height, width = (round(0.9 * side) for side in photo.shape[:2])
    top, left = (
        int(random.integers(0, side - part)) for side, part in zip(photo.shape, (height, width), strict=False)
    )
    cut = photo[top : top + height, left : left + width]
    return np.clip(cut * random.uniform(0.7, 1.15), 0, 255).astype(np.uint8)


def post(url: str, body: bytes, kind: str) -> None:
    """As the page does."""
    headers = {"Content-Type": kind, "X-Edgeclassify": "page", "Origin": "/".join(url.split("/")[:3])}
    urllib.request.urlopen(urllib.request.Request(url, body, headers)).close()


def take(browser: Browser, address: str, name: str, size: tuple[int, int], scheme: str, folder: Path) -> Pixels:
    """One picture of one page."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light",
        is_mobile=size == PHONE, has_touch=size == PHONE, locale="en-GB", reduced_motion="reduce",
    )  # fmt: skip
    context.add_init_script(f"localStorage.setItem('edgeclassify.colors', '{COLORS}')")
    page = context.new_page()
    page.goto(f"{address}#/{name}")
    page.wait_for_timeout(1500)
    prepare(page, name)
    file = folder / f"{name}-{'phone' if size == PHONE else 'desktop'}-{scheme}.png"
    page.screenshot(path=str(file))
    context.close()
    return np.asarray(cv2.imread(str(file)), np.uint8)


def prepare(page: Page, name: str) -> None:
    """What somebody would do on it before it shows the most."""
    if name == "live":
        page.get_by_text("2 min", exact=True).click(force=True)
    if name == "teach":
        page.get_by_text("desk", exact=True).first.click()
    page.wait_for_timeout(3000)
    page.evaluate("scrollTo(0, 0)")
    if name in ("live", "aim"):  # the photo that it is surest of
        page.wait_for_function(SHOWS_ESPRESSO)
        page.wait_for_timeout(400)


def together(desktop: Pixels, phone: Pixels) -> Pixels:
    """Beside each other, on a quiet ground."""
    height = desktop.shape[0] + 2 * GAP
    width = desktop.shape[1] + phone.shape[1] + 3 * GAP
    ground = np.full((height, width, 3), GROUND, np.uint8)
    ground[GAP : GAP + desktop.shape[0], GAP : GAP + desktop.shape[1]] = desktop
    top = (height - phone.shape[0]) // 2
    ground[top : top + phone.shape[0], -GAP - phone.shape[1] : -GAP] = phone
    return np.asarray(cv2.resize(ground, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA), np.uint8)


if __name__ == "__main__":
    target, *chosen = sys.argv[1:] or [tempfile.mkdtemp()]
    Path(target).mkdir(parents=True, exist_ok=True)
    main(Path(target), tuple(chosen) or PAGES)
    print(target)
