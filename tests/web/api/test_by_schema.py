"""Each endpoint, asked what its description allows and what it does not: it answers as it says, and never breaks.

schemathesis makes the requests, of the OpenAPI document. They are asked of a daemon of their own.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from edgeclassify.web.api.document import document_of
from edgeclassify.web.api.endpoints import ENDPOINTS
from edgeclassify.web.api.interface import Endpoint
from tests.browser.served_nodes import ServedNode
from tests.support.waiting import patient

EXAMPLES = 6
"""Of each endpoint: the whole must not take long."""
LAST = ("set", "pause", "resume")
"""Commands after which the views may rest: what waits for a frame would wait for long."""
KNOWN = {"view": "table", "camera": "photos", "seq": "1", "name": "builtin"}
"""What there is, for some of the requests: names that are made up are all that no endpoint gets past."""

schemathesis.serializer("application/zip")(lambda _, value: value if isinstance(value, bytes) else b"PK")


@pytest.fixture(scope="module")
def asked_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedNode]:
    node = ServedNode(tmp_path_factory.mktemp("by-schema"), interval_s=0.1)
    try:
        yield node.start()
    finally:
        node.stop()


def asked() -> list[Endpoint]:
    last = [f"/api/requests/{command}" for command in LAST]
    wanted = [one for one in ENDPOINTS if not one.is_endless]
    return sorted(wanted, key=lambda one: (one.subject == "requests", one.path in last))


def test_those_that_are_left_out_have_no_end() -> None:
    assert {one.path for one in ENDPOINTS} - {one.path for one in asked()} == {
        "/api/stream",
        "/api/cameras/{camera}/stream.mjpeg",
    }


@pytest.mark.parametrize("subject", dict.fromkeys(one.subject for one in asked()))
def test_it_answers_as_it_says(asked_node: ServedNode, subject: str) -> None:
    endpoints = [one for one in asked() if one.subject == subject]
    schema = schemathesis.openapi.from_dict(document_of(endpoints))
    schema.config.update(base_url=asked_node.address.rstrip("/"))
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        ask(found.ok())
    with httpx.Client(base_url=asked_node.address) as client:
        assert client.get("api/node").status_code == 200
    assert "a fault in edgeclassify" not in asked_node.log.read_text(encoding="utf-8")
    assert "Traceback" not in asked_node.log.read_text(encoding="utf-8")


def ask(operation: Any) -> None:
    numbers = iter(range(2 * EXAMPLES))

    @seed(0)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy())
    def ask_one(case: Any) -> None:
        if next(numbers) % 2:
            case.path_parameters = {name: KNOWN.get(name, value) for name, value in case.path_parameters.items()}
        response = case.call(headers={"X-Edgeclassify": "page"}, timeout=patient(30))
        case.validate_response(response, excluded_checks=[positive_data_acceptance])

    ask_one()
