"""A model of the catalog is fetched, and whoever looks sees how far it is."""

import json
from collections.abc import Iterator
from typing import Any

import httpx

from tests.browser.served_nodes import ServedNode
from tests.model.catalog.file_server import FileServer
from tests.support.waiting import wait_for
from tests.web.api.conftest import asking
from tests.web.api.models.nodes import MODEL


def jobs_told(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """What the stream tells of jobs."""
    kind = ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        if name == "data" and kind == "job":
            yield json.loads(value)


def entry_of(api: httpx.Client, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in api.get("api/models").json()["catalog"] if one["name"] == name)
    return found


def test_it_is_there_in_the_end_and_the_stream_tells_how_far_it_is(
    api: httpx.Client, models_node: ServedNode
) -> None:
    with asking(models_node) as looking, looking.stream("GET", "api/stream") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        begun = api.post("api/models/net/fetch")
        assert begun.status_code == 202
        for job in jobs_told(lines):
            assert (job["id"], job["kind"], job["name"]) == (begun.json()["job"], "fetch", "net")
            if job["state"] != "running":
                break
    assert (job["state"], job["done"], job["total"]) == ("done", len(MODEL), len(MODEL))
    entry = entry_of(api, "net")
    assert (entry["installed"], entry["job"]["state"]) == (True, "done")
    assert "espresso" in api.get("api/models/net").json()["labels"]


def test_one_that_is_not_where_it_should_be_is_one_sentence(api: httpx.Client, server: FileServer) -> None:
    assert api.post("api/models/gone/fetch").status_code == 202
    wait_for(lambda: entry_of(api, "gone")["job"]["state"] == "failed")
    entry = entry_of(api, "gone")
    assert entry["job"]["error"].startswith(f"{server.url}/gone.tflite: expected the file, found the answer 404")
    assert not entry["installed"]


def test_only_those_of_the_catalog_are_fetched(api: httpx.Client) -> None:
    assert api.post("api/models/own.tflite/fetch").status_code == 409
    assert api.post("api/models/http:%2F%2Fhost%2Fx.tflite/fetch").status_code == 404
    assert api.post("api/models/unicorn/fetch").json()["error"].startswith("model: expected one of builtin,")
