"""A real Node-RED, without a window: what a user would import in the editor is imported over its admin API."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.broker import HOST, free_port
from tests.support.waiting import patient, wait_for

VARIABLE = "EDGECLASSIFY_NODE_RED"
"""Its red.js."""
_START_S = 90.0


def needs_node_red() -> Path:
    """Its program; skips the test where none is named."""
    found = os.environ.get(VARIABLE, "")
    if not Path(found).is_file():
        pytest.skip(f"{VARIABLE} names no Node-RED (make test-node-red installs one)")
    return Path(found)


class NodeRed:
    """A Node-RED of the test's own, with nothing in it. `folder`: where it keeps its flows and its log."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._url = f"http://{HOST}:{(port := free_port())}"
        self.log_path = folder / "node-red.log"
        settings = folder / "settings.js"
        settings.write_text(
            f'module.exports = {{uiHost: "{HOST}", uiPort: {port}, flowFile: "flows.json", '
            'credentialSecret: "of a test", telemetry: {enabled: false}};'
        )
        self._command = ["node", str(program), "--userDir", str(folder), "--settings", str(settings)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "NodeRed":
        with self.log_path.open("wb") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=subprocess.STDOUT)
        wait_for(self._answers, _START_S)
        return self

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(patient(30))

    def deploy(self, nodes: list[dict[str, Any]]) -> None:
        """Import these and press Deploy."""
        answer = requests.post(
            f"{self._url}/flows", json.dumps(nodes), timeout=patient(30),
            headers={"Content-Type": "application/json", "Node-RED-Deployment-Type": "full"},
        )  # fmt: skip
        assert answer.status_code in (200, 204), answer.text

    def press(self, node_id: str) -> None:
        """Press the button of an inject node."""
        assert requests.post(f"{self._url}/inject/{node_id}", timeout=patient(30)).status_code == 200

    def await_log(self, text: str, times: int) -> None:
        """Until its log has that so often."""
        wait_for(lambda: self.log_path.read_text().count(text) >= times, _START_S)

    @property
    def complaints(self) -> list[str]:
        """What its log has as warning or error since the flow was deployed."""
        lines = self.log_path.read_text().partition("Updated flows")[2].splitlines()
        return [line for line in lines if "[error]" in line or "[warn]" in line]

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log_path.read_text()
        try:
            return requests.get(f"{self._url}/flows", timeout=patient(5)).status_code == 200
        except requests.RequestException:
            time.sleep(0.2)
            return False
