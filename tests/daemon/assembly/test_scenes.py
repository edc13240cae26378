"""Who examines a camera's frames, and how long a gate stays open."""

from typing import Any

import pytest

from edgeclassify.config.cross_faults import cross_faults
from edgeclassify.daemon.assembly.scenes import decision_s
from edgeclassify.postprocess.interface import FilterKind, FilterRules, OwnRules
from edgeclassify.postprocess.pace import Pace
from edgeclassify.scene.examiner import SceneExaminer
from tests.daemon.assembly.test_views import parts_of
from tests.postprocess.benches import make_rules


def rules(**keys: Any) -> Any:
    return make_rules(**({"confirm_s": 1.0, "pace": Pace(0.5, 10.0, 300.0)} | keys))


@pytest.mark.parametrize(
    ("keys", "seconds"),
    [
        ({}, 2.0),
        ({"confirm_s": 3.0}, 4.0),
        ({"confirm_s": 0.0, "pace": Pace(0.02, 10.0, 300.0)}, 1.0),
        ({"expire_s": 5.0}, 6.0),
        ({"expire_s": 0.5}, 2.0),
        ({"own": {3: OwnRules(confirm_s=7.0)}}, 8.0),
        ({"filter": FilterRules(FilterKind.EXPONENTIAL, smoothing_s=3.0)}, 8.0),
        ({"filter": FilterRules(FilterKind.BAYES)}, 7.0),
        ({"pace": Pace(2.0, 10.0, 300.0)}, 5.0),
    ],
)
def test_a_gate_stays_open_for_as_long_as_a_decision_takes(keys: dict[str, Any], seconds: float) -> None:
    keys = {"filter": FilterRules(FilterKind.NONE)} | keys
    assert decision_s(rules(**keys)) == pytest.approx(seconds)


@pytest.mark.parametrize("keys", [{"motion": {"gate": True}}, {"look": "motion"}])
def test_a_camera_is_examined_where_a_view_wants_it(keys: dict[str, Any]) -> None:
    assert isinstance(parts_of(**keys).scenes["front"], SceneExaminer)


def test_a_view_that_looks_at_what_moves_wants_larger_frames() -> None:
    plain, close = (parts_of(look=look).sources[0].made_from for look in ("roi", "motion"))
    assert isinstance(plain, tuple)
    assert isinstance(close, tuple)
    assert close[1] == 2 * plain[1]


@pytest.mark.parametrize(
    ("keys", "place"), [({"motion": {"gate": True}}, "motion.gate"), ({"look": "motion"}, "look")]
)
def test_images_of_a_watched_folder_are_all_looked_at(keys: dict[str, Any], place: str) -> None:
    watched = {"name": "in", "source": "watch:/tmp/in"}
    live = {"name": "front", "source": "synthetic:"}
    view = {"name": "gate", "camera": "in"} | keys
    (fault,) = cross_faults({"camera": [watched, live], "view": [view]})
    assert str(fault).startswith(f"view[0].{place}: expected ")
    assert "with a source of kind watch, found" in str(fault)
    assert not cross_faults({"camera": [watched, live], "view": [view | {"camera": "front"}]})
    assert cross_faults({"camera": [watched], "view": [{"name": "gate"} | keys]})
