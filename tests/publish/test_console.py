import io

import pytest

from edgeclassify.errors import StorageError
from edgeclassify.publish.console import ConsoleSink
from edgeclassify.types import Condition, Option, Problem
from tests.publish.records import event, health, info, prediction, state


def test_every_message_is_one_line() -> None:
    out = io.StringIO()
    sink = ConsoleSink(prefix="edgeclassify", node="porch", labels={"gate": ("open",)}, results=True, out=out)
    sink.start()
    sink.publish_info(info())
    sink.publish_availability("gate", True)
    sink.publish_condition("gate", Condition((Problem.DARK,)))
    sink.publish_event(event(1, label="a\nb"))
    sink.publish_state(state())
    sink.publish_state(state(score=0.5))
    sink.publish_result("gate", prediction())
    sink.publish_health(health())
    sink.publish_option("gate", Option.ENABLED, True)
    sink.publish_snooze("gate", None)
    sink.publish_profile(None)
    sink.publish_snapshot("gate", b"\xff\xd8 picture")
    sink.stop(1)
    lines = out.getvalue().splitlines()
    assert [line.split(" ")[0].removeprefix("edgeclassify/porch/") for line in lines] == [
        "status", "info", "gate/availability", "gate/problems", "gate/event", "gate/state", "gate/label/open",
        "gate/result", "health", "gate/enabled/state", "gate/snooze", "profile/state", "gate/snapshot", "status",
    ]  # fmt: skip
    assert lines[6].endswith(" ON")
    assert (lines[0], lines[-1]) == ("edgeclassify/porch/status online", "edgeclassify/porch/status offline")


def test_results_are_off_unless_asked_for() -> None:
    out = io.StringIO()
    sink = ConsoleSink(prefix="e", node="n", labels={}, out=out)
    sink.publish_result("gate", prediction())
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    "error", [BrokenPipeError(), OSError(28, "full"), ValueError("closed"), StorageError("full")]
)
def test_broken_output_is_told_once_and_not_raised(error: Exception) -> None:
    class Broken(io.StringIO):
        def flush(self) -> None:
            raise error

    told: list[Exception] = []
    sink = ConsoleSink(prefix="e", node="n", labels={}, out=Broken(), on_broken=told.append)
    sink.start()
    sink.publish_event(event(1))
    sink.stop(1)
    assert told == [error]
