"""What a decider knows, written and taken up by another one: from then on both decide alike."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from edgeclassify.postprocess.scores.observation import Observation
from edgeclassify.recording.interface import Happening
from edgeclassify.recording.memory import ForeignMemoryError, memory_of, remember
from tests.recording.inputs import RULES, at, fresh, happenings, make_rules, put_into, seen


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(happenings(15), happenings(15), RULES)
def test_another_decider_goes_on_from_there(before: list[Happening], after: list[Happening], rules: Any) -> None:
    """Whatever came before, and whatever follows: the same events, with the same times."""
    one = fresh(rules)
    for what in before:
        put_into(one, what)
    memory = json.loads(json.dumps(memory_of(one, fresh(one.rules))))
    other = fresh(one.rules)
    remember(other, memory)
    assert other.open(at(1000)) == one.open(at(1000))
    assert other.told == one.told
    for what in after:
        assert [event[:2] for event in put_into(other, what)] == [event[:2] for event in put_into(one, what)]
        assert other.told == one.told or {other.told.event_id, one.told.event_id} != {None}  # type: ignore[union-attr]


def test_a_fresh_decider_knows_nothing() -> None:
    assert memory_of(fresh(), fresh()) == {}


def test_what_lies_in_both_is_left_out() -> None:
    """Labels and rules stand in the recording already."""
    one = fresh()
    put_into(one, seen(0, 0.1, 0.9, 0))
    assert "closed" not in json.dumps(memory_of(one, fresh()).get("_occurrences", {}))


def known() -> dict[str, Any]:
    one = fresh()
    for i in range(5):
        put_into(one, seen(i, 0.1, 0.9, 0))
    memory: dict[str, Any] = json.loads(json.dumps(memory_of(one, fresh())))
    return memory


@pytest.mark.parametrize(
    "module", ["os.path", "subprocess", "edgeclassify.daemon.supervisor", "edgeclassify.postprocess.nothing"]
)
def test_a_file_makes_no_object_of_another_kind(module: str) -> None:
    memory = {"_shown": {"told": [["part", module, "Popen", {"args": "true"}]]}}
    with pytest.raises(ForeignMemoryError, match=r"no part of decisions|has no"):
        remember(fresh(), memory)


@pytest.mark.parametrize(
    "memory",
    [
        {"_nothing": [1]},
        {"_shown": {"nothing": [1]}},
        {"_shown": [["what", 1]]},
        {"_shown": {"told": [["array", "O", [1], "AAAAAAAAAAA="]]}},
        {"_shown": {"told": [["enum", "edgeclassify.types.events", "Reason", "no reason"]]}},
        {"_shown": {"told": 3}},
        {"_shown": {"told": []}},
        {
            "_gaps": {
                "last": [["part", "edgeclassify.postprocess.scores.observation", "Observation", {"raw": None}]]
            }
        },
    ],
)
def test_what_another_version_knows_is_refused(memory: dict[str, Any]) -> None:
    with pytest.raises(ForeignMemoryError):
        remember(fresh(), memory)


def test_a_record_that_others_hold_too_stays_as_it_is() -> None:
    """The fresh decider's rules may be everybody's."""
    rules = make_rules()
    other = fresh(rules)
    remember(other, {"_rules": {"confirm_s": [9.0]}})
    assert other.rules.confirm_s == 9.0
    assert rules.confirm_s == 1.0


def test_what_is_known_has_a_form() -> None:
    assert known()["_occurrences"]


def test_what_was_taken_up_is_known_again() -> None:
    """Also the values of tuples that have names, which no attribute leads to."""
    other, memory = fresh(), known()
    last = memory["_gaps"]["last"][0]
    assert last[:3] == ["part", Observation.__module__, "Observation"]
    assert last[3]["scene_ns"] == at(4).ns - at(0).ns
    remember(other, memory)
    assert json.loads(json.dumps(memory_of(other, fresh()))) == memory
