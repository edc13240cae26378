"""The config over HTTP: what is shown of it, and what may be changed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.redaction import remember
from edgeclassify.web.api.config import CONFIG, MOST_KEYS
from edgeclassify.web.interface import NodeFacts
from tests.web.api.routed import SilentNode, response

TEXT = """\
[mqtt]
host = "broker"
username = "me"
password_file = "/etc/secret"

[[camera]]
name = "front"
source = "rtsp://me:hunter22@camera/stream?token=abcdefgh"

[[view]]
name = "gate"
quiet_hours = ["22:00-06:00"]
roi = [0, 0.5, 1, 0.5]

[profile.night]
when = ["22:00-06:00"]

[groups]
odd = ["inf", "hunter22"]
"""


class FileNode(SilentNode):
    """Its config came from a file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    @property
    def facts(self) -> NodeFacts:
        return replace(super().facts, config_file=self._path)


def shown(path: Path) -> Any:
    return response(CONFIG, path="/api/config", node=FileNode(path))


def test_what_can_be_changed_is_shown_without_what_is_secret(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(TEXT)
    remember(["hunter22"])
    answer = shown(path)
    found = answer.json()
    assert "hunter22" not in answer.text
    assert "abcdefgh" not in answer.text
    assert list(found["document"]) == ["view", "camera", "groups", "profile"]
    assert found["document"]["view"][0]["roi"] == [0, 0.5, 1, 0.5]
    assert found["document"]["camera"][0]["source"] == "rtsp://camera/stream?…"
    assert (found["file"], found["writable"], len(found["etag"])) == (str(path), True, 16)


def test_what_json_does_not_have_is_shown_as_text(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("[model]\ntemperature = inf\n[groups]\nborn = 1979-05-27\n")
    assert shown(path).json()["document"] == {"model": {"temperature": "inf"}, "groups": {"born": "1979-05-27"}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[view", "not valid TOML: "),
        (b"\xff", "expected UTF-8 text"),
        (None, "expected a config file, found nothing there"),
    ],
)
def test_a_file_that_can_not_be_read_is_one_sentence(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "c.toml"
    if content is not None:
        path.write_bytes(content)
    answer = shown(path)
    assert (answer.status_code, said in answer.json()["error"]) == (422, True)


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [{"path": ["view"], "value": 1}],
        [{"path": ["view", "gate"]}],
        [{"path": ["view"] * 9, "value": 1}],
        [{"path": ["view", "gate", "roi"], "value": 1}] * (MOST_KEYS + 1),
        [{"path": "view.gate.roi", "value": 1}],
    ],
)
def test_a_body_that_is_none_gets_no_further(keys: list[dict[str, Any]]) -> None:
    answer = response(CONFIG, "POST", "/api/config", json={"keys": keys})
    assert answer.status_code == 422
    assert "keys" in answer.json()["error"]


@pytest.mark.parametrize(("depth", "said"), [(100, "nothing changes here"), (300, "the body: expected JSON")])
def test_values_may_be_odd_but_not_endlessly_deep(depth: int, said: str) -> None:
    """They reach the node as they are: the config's own check judges them."""
    value = json.loads("[" * depth + "]" * depth)
    body = {"keys": [{"path": ["view", "gate", "roi"], "value": value}]}
    answer = response(CONFIG, "POST", "/api/config", json=body)
    assert (answer.status_code, said in answer.json()["error"]) == (422, True)
