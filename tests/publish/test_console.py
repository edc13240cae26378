import io

import pytest

from edgeclassify.errors import StorageError
from edgeclassify.publish.console import ConsolePublisher
from edgeclassify.types import Option, Response
from tests.publish.records import event, health, info, prediction, state


def test_every_message_is_one_line() -> None:
    out = io.StringIO()
    publisher = ConsolePublisher(
        prefix="edgeclassify", node="porch", labels={"gate": ("open",)}, results=True, out=out
    )
    publisher.start()
    publisher.publish_info(info())
    publisher.publish_availability("gate", True)
    publisher.publish_event(event(1, label="a\nb"))
    publisher.publish_state(state())
    publisher.publish_state(state(score=0.5))
    publisher.publish_result("gate", prediction())
    publisher.publish_health(health())
    publisher.publish_option("gate", Option.ENABLED, True)
    publisher.publish_snapshot("gate", b"\xff\xd8 picture")
    publisher.answer(Response("ping", 7))
    publisher.stop(1)
    lines = out.getvalue().splitlines()
    assert [line.split(" ")[0].removeprefix("edgeclassify/porch/") for line in lines] == [
        "status", "info", "gate/availability", "gate/event", "gate/state", "gate/label/open", "gate/result",
        "health", "gate/enabled/state", "gate/snapshot", "response/ping", "status",
    ]  # fmt: skip
    assert lines[5].endswith(" ON")
    assert (lines[0], lines[-1]) == ("edgeclassify/porch/status online", "edgeclassify/porch/status offline")


def test_results_are_off_unless_asked_for() -> None:
    out = io.StringIO()
    publisher = ConsolePublisher(prefix="e", node="n", labels={}, out=out)
    publisher.publish_result("gate", prediction())
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    "error", [BrokenPipeError(), OSError(28, "full"), ValueError("closed"), StorageError("full")]
)
def test_broken_output_is_told_once_and_not_raised(error: Exception) -> None:
    class Broken(io.StringIO):
        def flush(self) -> None:
            raise error

    told: list[Exception] = []
    publisher = ConsolePublisher(prefix="e", node="n", labels={}, out=Broken(), on_broken=told.append)
    publisher.start()
    publisher.publish_event(event(1))
    publisher.stop(1)
    assert told == [error]
