"""The OpenAPI document: made of the endpoints, complete, and one that others can read."""

import re
from typing import Any

import httpx
import jsonschema
import pytest

from edgeclassify.types import Command
from edgeclassify.web.api.document import document_of
from edgeclassify.web.api.endpoints import ENDPOINTS
from edgeclassify.web.api.interface import ApiBody
from tests.web.api.routed import SilentNode, endpoint, response


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return document_of(ENDPOINTS)


def test_the_node_gives_it(api: httpx.Client, document: dict[str, Any]) -> None:
    assert api.get("api/openapi.json").json() == document


def test_every_endpoint_is_in_it_once(document: dict[str, Any]) -> None:
    listed = [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]
    assert sorted(listed) == sorted((one.method, one.path) for one in ENDPOINTS)
    ids = [said["operationId"] for methods in document["paths"].values() for said in methods.values()]
    assert len(ids) == len(set(ids))


def test_each_command_of_the_contract_is_in_it(document: dict[str, Any]) -> None:
    for command in Command:
        said = document["paths"][f"/api/requests/{command}"]["post"]
        assert said["requestBody"]["content"]["application/json"]["schema"]
        assert said["responses"]["200"]["content"]["application/json"]["schema"]


def test_all_that_it_refers_to_is_there_and_a_schema(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', str(document).replace("'", '"')))
    assert names <= set(schemas)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in schemas)
    for name, schema in schemas.items():
        jsonschema.Draft202012Validator.check_schema(schema), name


def test_parameters_of_a_path_are_those_that_it_names(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for said in methods.values():
            named = [one["name"] for one in said["parameters"] if one["in"] == "path"]
            assert named == re.findall(r"{(\w+)}", path)


def test_a_query_with_a_choice_is_described_in_place() -> None:
    class Asked(ApiBody):
        type: Command | None = None
        lines: int

    async def answer(_: object) -> None:
        pass

    said = document_of([endpoint(answer, query=Asked)])["paths"]["/api/it"]["get"]["parameters"]
    choice, lines = said
    assert choice["schema"]["anyOf"][0]["enum"] == list(Command)
    assert (choice["required"], lines["required"]) == (False, True)


def test_pictures_are_not_in_that_of_a_node_that_shows_none() -> None:
    found = response(ENDPOINTS, path="/api/openapi.json", node=SilentNode(labels_only=True)).json()
    pictures = {one.path for one in ENDPOINTS if one.needs_pictures}
    assert pictures
    assert not pictures & set(found["paths"])
