"""docs/config.md says of every key what the schema says."""

import runpy
from pathlib import Path

from edgeclassify.config import json_schema

DOCS = Path(__file__).parents[2] / "docs"


def test_it_is_what_the_schema_makes() -> None:
    generated = runpy.run_path(str(DOCS / "generate_config.py"))["page"]()
    assert (DOCS / "config.md").read_text(encoding="utf-8") == generated, "docs/config.md is old: make docs"


def test_every_key_of_the_schema_is_in_it() -> None:
    page = (DOCS / "config.md").read_text(encoding="utf-8")
    schema = json_schema()
    tables = [definition for definition in schema["$defs"].values() if "properties" in definition]
    assert len(tables) > 20
    for table in tables:
        for name in table["properties"]:
            assert f"| `{name}` |" in page
    for section in schema["properties"]:
        # One key stands above all tables.
        assert (f"[{section}" if section != "include" else "`include`, at the top") in page
