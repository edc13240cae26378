"""No pixel leaves a node that shows labels only, whatever is asked of it, and whatever it kept before."""

import base64
import http.client
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from edgeclassify.web.api.endpoints import ENDPOINTS
from tests.browser.served_nodes import ServedNode
from tests.support.waiting import patient, wait_for

PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM\x36")
IN_TEXT = tuple(base64.b64encode(start + b"\0" * 3)[:4] for start in PICTURES[:2])
STREAM_BYTES = 6_000
PATIENCE_S = patient(60)
"""On a machine with much to do a look at all of the node takes longer than a page would wait."""
MODEL: dict[str, object] = {"model": "house", "label": "cup", "view": "table"}


def asked(node: ServedNode, path: str, body: object = None) -> tuple[int, bytes]:
    """The status, and the body, of a stream its begin."""
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE_S)
    headers = {"X-Edgeclassify": "page", "Origin": node.address.rstrip("/"), "Content-Type": "application/json"}
    try:
        if body is None:
            connection.request("GET", path)
        else:
            connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        is_stream = answer.headers.get("Content-Type", "").startswith("text/event-stream")
        return answer.status, answer.read(STREAM_BYTES) if is_stream else answer.read()
    finally:
        connection.close()


def said(node: ServedNode, command: str, **body: object) -> Any:
    status, data = asked(node, f"/api/requests/{command}", body)
    assert status == 200, data
    return json.loads(data)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedNode]:
    """It had shown pictures, and has kept some."""
    node = ServedNode(tmp_path_factory.mktemp("node"), interval_s=0.1)
    node.start()
    try:
        said(node, "teach/add", **MODEL)
        wait_for(lambda: any(one["has_picture"] for one in node.get("api/events")["events"]), 20)
        paths = filled_paths(node)
        shown = [path for path in paths if is_picture(asked(node, path)[1])]
        assert {path.rpartition("/")[2] for path in shown} >= {"frame.jpg", "picture.jpg"}
        text = node.config_text.replace("disk = true", "disk = false")
        node.config_file.write_text(text.replace("[node]", "[node]\nlabels_only = true"))
        node.restart()
        wait_for(lambda: node.get("api/now")["views"]["table"]["state"])
        yield node
    finally:
        node.stop()


def filled_paths(node: ServedNode) -> list[str]:
    """What may be asked for, of what is there; the stream of pictures left out, which does not end."""
    event = next((one for one in node.get("api/events")["events"] if one["has_picture"]), {"seq": 1})
    examples = node.get("api/taught/house")["examples"]
    values = {
        "camera": "photos",
        "view": "table",
        "seq": event["seq"],
        "model": "house",
        "name": "builtin",
        "example": examples[0]["id"] if examples else "0" * 16,
        "look": 1,
        "still": 1,
    }
    gets = [one.path for one in ENDPOINTS if one.method == "GET" and not one.path.endswith(".mjpeg")]
    return [re.sub(r"{(\w+)}", lambda found: str(values[found[1]]), path) for path in gets]


def is_picture(data: bytes) -> bool:
    """True where a picture is in it, as it is, as text, or in a zip."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(is_picture(archive.read(name)) for name in archive.namelist())
    return any(start in data for start in PICTURES[:2]) or any(text in data for text in IN_TEXT)


def test_a_picture_is_noticed() -> None:
    jpeg = PICTURES[0] + b"\0\x10JFIF"
    assert is_picture(b"head" + jpeg)
    assert is_picture(b'{"jpeg": "' + base64.b64encode(jpeg) + b'"}')
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.jpg", jpeg)
    assert is_picture(packed.getvalue())
    assert not is_picture(b'{"label": "cup"}')


def test_no_answer_has_a_picture(node: ServedNode) -> None:
    leaks = [path for path in filled_paths(node) if is_picture(asked(node, path)[1])]
    assert not leaks
    assert asked(node, "/api/cameras/photos/stream.mjpeg")[0] == 404


def test_what_is_a_picture_is_not_there_at_all(node: ServedNode) -> None:
    document = node.get("api/openapi.json")
    assert not [path for path in document["paths"] if path.endswith((".jpg", ".mjpeg"))]
    assert {asked(node, path)[0] for path in filled_paths(node) if path.endswith(".jpg")} == {404}


def test_no_request_is_answered_with_one(node: ServedNode) -> None:
    bodies: dict[str, dict[str, object]] = {
        "teach/add": MODEL,
        "history": {},
        "teach/list": {"model": "house"},
        "teach/clusters": {"model": "house"},
        "teach/review": {"model": "house"},
        "snapshot": {},
        "classify_now": {"view": "table"},
    }
    answers = {command: asked(node, f"/api/requests/{command}", body) for command, body in bodies.items()}
    assert not [command for command, (_, data) in answers.items() if is_picture(data)]
    assert answers["snapshot"][0] == 409
    assert b"node.labels_only" in answers["snapshot"][1]
    assert answers["classify_now"][0] == 200


def test_the_page_stays_useful(node: ServedNode) -> None:
    now = node.get("api/now")["views"]["table"]
    assert now["state"]["top"]
    assert now["look"]["top"]
    assert now["look"]["region"] is None
    assert wait_for(lambda: node.get("api/views/table/timeline")["events"])
    assert node.get("api/node")["labels_only"] is True
