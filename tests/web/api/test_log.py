"""The last lines of the node's log."""

import httpx

from tests.browser.served_nodes import ServedNode


def test_its_last_lines_oldest_first(api: httpx.Client, node: ServedNode) -> None:
    lines = api.get("api/log").json()["lines"]
    assert any("start of espresso" in one["text"] for one in lines)
    assert [one["at"] for one in lines] == sorted(one["at"] for one in lines)
    assert {one["level"] for one in lines} <= {"info", "warning", "error"}


def test_so_many_of_them(api: httpx.Client) -> None:
    assert len(api.get("api/log?lines=2").json()["lines"]) == 2
    assert api.get("api/log?lines=0").status_code == 422
