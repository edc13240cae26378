"""Which models there are."""

import httpx

from tests.browser.served_nodes import ServedNode
from tests.web.api.models.nodes import MODEL


def test_those_of_the_catalog(api: httpx.Client) -> None:
    catalog = {one["name"]: one for one in api.get("api/models").json()["catalog"]}
    builtin, far = catalog["builtin"], catalog["far"]
    assert (builtin["kind"], builtin["installed"], builtin["can_fetch"]) == ("builtin", True, False)
    assert builtin["in_use"] == ["table"]
    assert far == {
        "name": "far",
        "kind": "catalog",
        "description": "a test's model",
        "size": len(MODEL),
        "top1": None,
        "measured_on": None,
        "license": "CC0-1.0",
        "source": None,
        "installed": False,
        "can_fetch": True,
        "in_use": [],
        "job": None,
    }
    assert (builtin["top1"], builtin["license"]) == (68.3, "Apache-2.0")


def test_files_that_no_catalog_names(api: httpx.Client, models_node: ServedNode) -> None:
    files = {one["name"]: one for one in api.get("api/models").json()["files"]}
    assert set(files) == {"own.tflite", "damaged.tflite"}
    assert files["own.tflite"]["path"] == str(models_node.folder / "models/own.tflite")
    assert files["own.tflite"]["size"] == len(MODEL)


def test_those_that_were_taught(api: httpx.Client) -> None:
    (taught,) = api.get("api/models").json()["taught"]
    assert (taught["name"], taught["base"], taught["labels"]) == ("gates", "builtin", ["open", "closed"])
    assert (taught["examples"], taught["fitted"], taught["up_to_date"], taught["in_use"]) == (12, True, True, [])
    assert 0 <= taught["accuracy"] <= 1


def test_what_can_not_be_used_is_told(api: httpx.Client) -> None:
    (fault,) = api.get("api/models").json()["faults"]
    assert "broken.toml" in fault
