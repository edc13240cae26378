"""Writes docs/contract from edgeclassify/contract: `python docs/generate_contract.py`.

asyncapi.json (AsyncAPI 3.0) describes topics, operations and payloads of a node; schemas/*.schema.json (JSON
Schema, draft 2020-12) one payload each, for those who validate without AsyncAPI.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from edgeclassify.contract.bodies import PostedEvent
from edgeclassify.contract.bodies.base import CONTRACT_VERSION
from edgeclassify.contract.channels import (
    ANNOUNCE_ALL,
    CHANNELS,
    DISCOVERY,
    DISCOVERY_OF_A_VIEW,
    LEVELS,
    Channel,
    Direction,
)

TARGET = Path(__file__).parent / "contract"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
Object = dict[str, Any]
_ALL = (*CHANNELS, ANNOUNCE_ALL, DISCOVERY, DISCOVERY_OF_A_VIEW)


def documents() -> dict[str, str]:
    """Path below docs/contract → content of every generated file."""
    found = {f"schemas/{name}.schema.json": _schema_file(model) for name, model in sorted(_models().items())}
    posted = {"schemas/posted-event.schema.json": _schema_file(PostedEvent)}  # of the webhook: no topic has it
    return {"asyncapi.json": _text(asyncapi())} | found | posted


def asyncapi() -> Object:
    """The AsyncAPI 3.0 document."""
    schemas: Object = {}
    for model in _models().values():
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "edgeclassify",
            "version": f"{CONTRACT_VERSION}.0.0",
            "description": "What a node sends over MQTT, and what it obeys. Times are RFC 3339, UTC, with "
            "milliseconds; scores are 0-1. The rules in words: docs/mqtt.md.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {channel.name: _channel(channel) for channel in _ALL},
        "operations": {_verb(channel): _operation(channel) for channel in _ALL},
        "components": {
            "messages": {channel.name: _message(channel) for channel in _ALL},
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _models() -> dict[str, type[BaseModel]]:
    """File name → class, each once."""
    models = {channel.model for channel in _ALL if channel.model is not None}
    return {"".join(f"-{c.lower()}" if c.isupper() else c for c in m.__name__).strip("-"): m for m in models}


def _schema_file(model: type[BaseModel]) -> str:
    return _text({"$schema": DRAFT} | model.model_json_schema())


def _channel(channel: Channel) -> Object:
    levels = [part[1:-1] for part in channel.address.split("/") if part.startswith("{")]
    return {
        "address": channel.address,
        "description": channel.description,
        "parameters": {level: {"description": LEVELS[level]} for level in levels},
        "messages": {channel.name: {"$ref": f"#/components/messages/{channel.name}"}},
    }


def _verb(channel: Channel) -> str:
    return f"{'send' if channel.direction is Direction.SENT else 'receive'}-{channel.name}"


def _operation(channel: Channel) -> Object:
    """Seen from the node, as AsyncAPI 3 has it."""
    operation: Object = {
        "action": "send" if channel.direction is Direction.SENT else "receive",
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "summary": channel.description,
        "bindings": {"mqtt": {"qos": channel.qos, "retain": channel.retain, "bindingVersion": "0.2.0"}},
    }
    if channel.name.startswith("request-"):
        answer = channel.name.replace("request-", "response-")
        operation["reply"] = {"channel": {"$ref": f"#/channels/{answer}"}}
    return operation


def _message(channel: Channel) -> Object:
    payload: Object = {"type": "string", "format": "binary", "description": "A JPEG file."}
    if channel.model is not None:
        payload = {"$ref": f"#/components/schemas/{channel.model.__name__}"}
    return {
        "name": channel.name,
        "summary": channel.description,
        "contentType": channel.content_type,
        "payload": payload,
    }


def _text(document: Object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all files, and remove those that are generated no more."""
    files = documents()
    for old in TARGET.rglob("*.json"):
        if str(old.relative_to(TARGET)) not in files:
            old.unlink()
    for name, content in files.items():
        path = TARGET / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
