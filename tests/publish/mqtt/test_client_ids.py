"""By which client id a server knows the node."""

import logging

import pytest

from edgeclassify.publish.mqtt.client_ids import ClientIds
from edgeclassify.publish.mqtt.connection_log import STABLE_S


def test_after_two_connections_that_ended_on_the_first_subscription_it_is_another(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    ids = ClientIds("edgeclassify-porch", "b:1883")
    assert ids.now == "edgeclassify-porch"
    assert not ids.ended(1.0, on_first=True)
    assert ids.now == "edgeclassify-porch"
    assert ids.ended(1.0, on_first=True)
    assert ids.now.startswith("edgeclassify-porch-")
    assert len(ids.now) == len("edgeclassify-porch-") + 6
    assert [ids.now in message for message in caplog.messages] == [True]
    for _ in range(3):
        assert not ids.ended(1.0, on_first=True)
    assert len(caplog.messages) == 1


@pytest.mark.parametrize(("lasted_s", "on_first"), [(STABLE_S, True), (1.0, False)])
def test_any_other_end_between_them_counts_them_anew(lasted_s: float, on_first: bool) -> None:
    ids = ClientIds("porch", "b:1883")
    ids.ended(1.0, on_first=True)
    ids.ended(lasted_s, on_first=on_first)
    assert not ids.ended(1.0, on_first=True)
    assert ids.ended(1.0, on_first=True)


def test_each_server_has_its_own_and_the_same_each_time() -> None:
    def other(server: str) -> str:
        ids = ClientIds("porch", server)
        ids.ended(1.0, on_first=True)
        ids.ended(1.0, on_first=True)
        return ids.now

    assert other("a:1883") == other("a:1883") != other("b:1883")


def test_where_the_other_one_is_not_let_in_the_usual_one_is_kept_to() -> None:
    ids = ClientIds("porch", "b:1883")
    assert not ids.refused()
    ids.ended(1.0, on_first=True)
    assert ids.ended(1.0, on_first=True)
    assert ids.refused()
    assert ids.now == "porch"
    assert not ids.refused()
    assert not ids.ended(1.0, on_first=True)
    assert ids.now == "porch"
