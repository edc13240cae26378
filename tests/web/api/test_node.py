"""What the node says of itself."""

from pathlib import Path

import httpx
import pytest

from edgeclassify import __version__
from tests.browser.served_nodes import ServedNode

MORE = """
filter = "bayes"
threshold_enter = 0.9
cooldown_s = 4
lasting = { "espresso" = [60, 600] }

[profile.night]
"""


def test_a_node_as_it_comes(api: httpx.Client) -> None:
    found = api.get("api/node").json()
    (view,) = found.pop("views")
    assert found == {
        "name": "bench",
        "version": __version__,
        "labels_only": False,
        "time_zone": None,
        "profile": None,
        "profiles": [],
        "features": {"history": True, "teaching": True, "snapshots": True, "config_writable": True},
        "cameras": [{"name": "photos", "kind": "images", "interval_s": 0.1}],
    }
    assert (view["name"], view["camera"], view["enabled"]) == ("table", "photos", True)
    assert (view["model"], view["model_kind"], view["has_embedding"]) == ("builtin", "builtin", True)
    assert "espresso" in view["labels"]
    assert view["of_labels"] == len(view["labels"]) == 200
    assert view["roi"] == [0, 0, 1, 1]
    assert view["options"] == {"enabled": True, "threshold": 0.6, "interval": 0.1}
    rules = view["rules"]
    assert (rules["filter"], rules["threshold_enter"], rules["confirm_s"]) == ("none", 0.6, 0)
    assert rules["threshold_exit"] == pytest.approx(0.4)


def test_who_asks_whether_it_is_there_gets_no_body(api: httpx.Client) -> None:
    found = api.head("healthz")
    assert (found.status_code, found.content) == (200, b"")


def test_rules_are_those_that_hold_with_every_default_filled_in(tmp_path: Path) -> None:
    node = ServedNode(tmp_path, node="labels_only = true\ntime_zone = 'Europe/Berlin'")
    text = node.config_text.replace('confirm_s = 0\nfilter = "none"\n', MORE)
    node.config_file.write_text(text.replace("disk = true", "disk = false"), encoding="utf-8")
    try:
        node.start()
        found = node.get("api/node")
    finally:
        node.stop()
    assert (found["labels_only"], found["time_zone"], found["profiles"]) == (True, "Europe/Berlin", ["night"])
    assert found["features"]["snapshots"] is False
    rules = found["views"][0]["rules"]
    assert {key: rules[key] for key in ("filter", "threshold_enter", "expire_s", "cooldown_s", "lasting")} == {
        "filter": "bayes",
        "threshold_enter": 0.9,
        "expire_s": 3.0,
        "cooldown_s": 4.0,
        "lasting": {"espresso": [60.0, 600.0]},
    }
