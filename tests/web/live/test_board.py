"""What is now, as the page shows it."""

import asyncio
import json
from typing import Any

from edgeclassify.contract.bodies import Health
from edgeclassify.types import Condition, Option, Problem, Roi
from edgeclassify.web.api.live import Now
from edgeclassify.web.live.board import Board
from edgeclassify.web.live.wellness import Wellness, wellness
from tests.publish.records import T0, event, health, info, prediction, state
from tests.web.live.test_broadcast import Heard
from tests.web.page_node import RecordedNode


def tell_all(board: Board, view: str = "gate") -> None:
    board.publish_info(info())
    board.publish_availability(view, True)
    board.publish_condition(view, Condition((Problem.DARK,)))
    board.publish_state(state(view=view))
    board.publish_event(event(1, view=view))
    board.looked(view, Roi(0.1, 0.2, 0.3, 0.4))
    board.publish_result(view, prediction())
    board.publish_health(health())
    board.publish_option(view, Option.ENABLED, True)
    board.publish_option(view, Option.THRESHOLD, 0.61)
    board.publish_snooze(view, T0)
    board.publish_profile("away")
    board.publish_snapshot(view, b"jpeg")


def test_before_anything_is_told_it_says_what_is_known() -> None:
    (view,) = (now := Board(RecordedNode()).now())["views"].values()
    assert view == {
        "state": None,
        "online": False,
        "condition": None,
        "options": {"enabled": True, "threshold": 0.6, "interval": 0.5},
        "snooze": None,
        "look": None,
    }
    assert now["health"] is None
    assert now["info"]["version"] == "0.1.0"


def test_now_is_the_newest_of_everything_and_as_it_is_described() -> None:
    board = Board(RecordedNode())
    tell_all(board)
    now = board.now()
    (gate,) = now["views"].values()
    assert (gate["state"]["label"], gate["state"]["known"], gate["online"]) == ("open", True, True)
    assert gate["condition"]["problems"] == ["dark"]
    assert gate["snooze"] == "2026-11-18T11:06:40.123Z"
    assert gate["look"]["region"] == [0.1, 0.2, 0.3, 0.4]
    assert gate["look"]["top"][0] == {"label": "open", "score": 0.9346}
    assert now["health"]["fps"] == 2.0
    Now.model_validate_json(json.dumps(now))


def test_views_that_are_gone_are_not_shown() -> None:
    board = Board(RecordedNode("gate"))
    tell_all(board, "yard")
    assert list(board.now()["views"]) == ["gate"]


def test_each_kind_is_told_to_who_listens() -> None:
    async def run() -> list[tuple[str, Any]]:
        board = Board(RecordedNode())
        heard = Heard(board.listen())
        assert (await heard.next())[0] == "now"
        tell_all(board)
        board.say("job", {"id": 1, "done": 0}, of="1")
        board.say("job", {"id": 1, "done": 5}, of="1")
        board.say("config", {})
        return await heard.several(14)

    told = asyncio.run(run())
    kinds = [kind for kind, _ in told if kind != "health"]
    assert kinds == [
        "info",
        "config",
        "availability",
        "condition",
        "state",
        "event",
        "look",
        "option",
        "option",
        "snooze",
        "profile",
        "job",
        "config",
    ]
    by_kind = dict(told)
    assert by_kind["option"] == {"view": "gate", "option": "threshold", "value": 0.61}
    assert by_kind["job"]["done"] == 5
    assert by_kind["profile"] == {"profile": "away"}
    assert by_kind["snooze"]["until"].startswith("2026-11-18")
    Health.model_validate_json(json.dumps(by_kind["health"]))


def test_how_the_node_is_in_one_word() -> None:
    node = RecordedNode("gate", "yard")
    board = Board(node)

    def word() -> Wellness:
        return wellness(node.facts, board.latest)

    assert word() is Wellness.DOWN
    board.publish_availability("gate", True)
    assert word() is Wellness.DEGRADED
    board.publish_availability("yard", True)
    assert word() is Wellness.OK
    board.publish_condition("yard", Condition((Problem.COVERED,)))
    assert word() is Wellness.DEGRADED
    board.publish_condition("yard", Condition())
    board.publish_health(health(webhook_connected=None))
    assert word() is Wellness.OK
    board.publish_health(health(webhook_connected=False))
    assert word() is Wellness.DEGRADED
    board.publish_availability("gate", False)
    board.publish_availability("yard", False)
    assert word() is Wellness.DOWN
    node.enabled = False
    board.publish_health(health(webhook_connected=None))
    assert word() is Wellness.OK  # nothing is watched: nothing is missing
