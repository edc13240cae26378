"""The OpenAPI document, made of the endpoints: what may be asked, and what comes."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic.json_schema import models_json_schema
from starlette.responses import Response

from edgeclassify import __version__
from edgeclassify.late_model import LateModel
from edgeclassify.late_model.pydantic_class import pydantic_class
from edgeclassify.web.api.incoming import JSON
from edgeclassify.web.api.interface import Asked, Endpoint, Problem

_REFS = "#/components/schemas/{model}"
_BINARY = {"type": "string", "format": "binary"}
_WAYS_IN = {
    "token": {"type": "http", "scheme": "bearer"},
    "password": {"type": "http", "scheme": "basic"},
}
_MARK = {
    "name": "X-Edgeclassify",
    "in": "header",
    "description": 'Says "page" in what changes anything, where neither a token nor a password comes with it.',
    "schema": {"const": "page"},
    "required": False,
}


def with_document(endpoints: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    """The endpoints, and the one that gives the document of all of them."""

    @cache
    def written(shows_pictures: bool) -> bytes:
        shown = [one for one in every if shows_pictures or not one.needs_pictures]
        return json.dumps(document_of(shown), separators=(",", ":")).encode()

    async def answer(asked: Asked) -> Response:
        pictures = asked.around.node.facts.shows_pictures
        # The first time it takes a fifth of a second, or some on a small machine.
        return Response(await asked.around.threads.run(lambda: written(pictures)), media_type=JSON)

    own = Endpoint("GET", "/api/openapi.json", answer, "This document.", "document", gives=JSON)
    every = (*endpoints, own)
    return every


def document_of(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The document. What is not found in it is not there."""
    kinds = dict.fromkeys(kind for one in endpoints for kind in _kinds(one))
    models = {kind: pydantic_class(kind) for kind in kinds}
    schemas, definitions = models_json_schema([(one, "validation") for one in models.values()], ref_template=_REFS)
    refs = {kind: schemas[model, "validation"] for kind, model in models.items()}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "edgeclassify", "version": __version__, "summary": "A node: what it sees, and how."},
        "servers": [{"url": ".."}],
        "paths": paths,
        "components": {"schemas": definitions.get("$defs", {}), "securitySchemes": _WAYS_IN},
        "security": [{}, {"token": []}, {"password": []}],
    }


def _kinds(endpoint: Endpoint) -> Iterator[type[LateModel]]:
    yield Problem
    if endpoint.body is not None:
        yield endpoint.body
    if endpoint.gives is not None and not isinstance(endpoint.gives, str):
        yield endpoint.gives


def _operation(endpoint: Endpoint, refs: Mapping[type[LateModel], Any]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "summary": endpoint.summary,
        "tags": [endpoint.subject],
        "operationId": re.sub(r"\W+", "_", f"{endpoint.method} {endpoint.path}".lower()).strip("_"),
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint)],
        "responses": _responses(endpoint, refs),
    }
    if endpoint.method != "GET":
        said["parameters"].append(_MARK)
    if endpoint.is_open:
        said["security"] = [{}]
    if endpoint.takes is not None:
        said["requestBody"] = {"required": True, "content": {endpoint.takes: {"schema": _BINARY}}}
    elif endpoint.body is not None:
        said["requestBody"] = {"content": {JSON: {"schema": refs[endpoint.body]}}}
    return said


def _path_parameters(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"{(\w+)", endpoint.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _query_parameters(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    if endpoint.query is None:
        return
    schema = endpoint.query.model_json_schema()
    for name, one in schema.get("properties", {}).items():
        required = name in schema.get("required", ())
        described = {"description": one.pop("description")} if "description" in one else {}
        yield {"name": name, "in": "query", "required": required, **described, "schema": _in_place(one, schema)}


def _in_place(said: Any, whole: dict[str, Any]) -> Any:
    """A schema with what it refers to in its place: a query has few, and small ones."""
    if isinstance(said, list):
        return [_in_place(one, whole) for one in said]
    if not isinstance(said, dict):
        return said
    if "$ref" in said:
        return _in_place(whole["$defs"][said["$ref"].rpartition("/")[2]], whole)
    return {key: _in_place(one, whole) for key, one in said.items()}


def _responses(endpoint: Endpoint, refs: Mapping[type[LateModel], Any]) -> dict[str, Any]:
    wrong = {"description": "What was wrong.", "content": {JSON: {"schema": refs[Problem]}}}
    if endpoint.gives is None:
        return {str(int(HTTPStatus.NO_CONTENT)): {"description": "Done."}, "default": wrong}
    if isinstance(endpoint.gives, str):
        schema = {} if endpoint.gives == JSON else _BINARY
        content = {endpoint.gives: {"schema": schema}}
    else:
        content = {JSON: {"schema": refs[endpoint.gives]}}
    return {str(int(endpoint.status)): {"description": "The answer.", "content": content}, "default": wrong}
