"""What the pages show is right: each piece of config, YAML and JSON is read by what it is meant for."""

import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from edgeclassify.config import CameraConfig, Config, ViewConfig, parse_config
from edgeclassify.config.layers.environment import Environment
from edgeclassify.documents.toml import parse_toml
from edgeclassify.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SIDECARS = "models.md"
"""Its TOML is that of files beside a model."""
SCHEMAS = ROOT / "docs" / "contract" / "schemas"


def blocks(language: str) -> Iterator[Any]:
    """Each as a case, with the line of its page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in re.finditer(rf"^ *```{language}\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE):
            line = text.count("\n", 0, found.start()) + 1
            yield pytest.param(textwrap.dedent(found[1]), id=f"{page.name}:{line}")


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """A whole config of one that shows a part: keys without a table are a view's or a camera's."""
    for section, model in (("view", ViewConfig), ("camera", CameraConfig)):
        if not document.keys() & Config.model_fields.keys() and document.keys() <= model.model_fields.keys():
            document = {section: [{"name": "front"} | document]}
    spoken_of = {name for profile in document.get("profile", {}).values() for name in profile.get("view", {})}
    if "view" not in document and spoken_of - {"*"}:
        document["view"] = [{"name": name} for name in sorted(spoken_of - {"*"})]
    camera = {"name": "front", "source": "synthetic:"}
    document["camera"] = [camera | shown for shown in document.get("camera", [{}])]
    return document


@pytest.mark.parametrize("text", [case for case in blocks("toml") if SIDECARS not in str(case.id)])
def test_config(text: str) -> None:
    document = Environment({"UPDATE": "/var/lib/edgeclassify/updates/7"}).filled(parse_toml(text))
    parse_config(completed(document), "the page", Path("/"))


def test_a_key_that_does_not_exist_is_noticed() -> None:
    with pytest.raises(ConfigError, match="lastnig"):
        parse_config(completed({"view": [{"name": "gate", "lastnig": {}}]}), "the page", Path("/"))


@pytest.mark.parametrize("text", list(blocks("yaml")))
def test_yaml(text: str) -> None:
    assert isinstance(yaml.safe_load(text), dict)


@pytest.mark.parametrize("text", list(blocks("json")))
def test_messages(text: str) -> None:
    """One after the other. What is shortened, with an …, has no key that does not exist."""
    shortened = "…" in text
    rest = text.replace("{…}", "{}").replace(",…,", ",").strip()
    while rest:
        message, end = json.JSONDecoder().raw_decode(rest)
        rest = rest[end:].strip()
        schema = json.loads((SCHEMAS / f"{kind_of(message)}.schema.json").read_text(encoding="utf-8"))
        faults = [
            fault.message
            for fault in Draft202012Validator(schema).iter_errors(message)
            if not (shortened and fault.validator in ("required", "pattern"))
        ]
        assert faults == []


def kind_of(message: dict[str, Any]) -> str:
    if "event_type" in message:
        return "historical-event" if "historical" in message else "event"
    return "problems" if "problems" in message else "state"
