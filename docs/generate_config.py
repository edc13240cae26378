"""Writes docs/config.md from the config's JSON Schema: `python docs/generate_config.py`.

A table for each section: what a key takes, its default, and what it is for. What a table within a section holds
stands below it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edgeclassify.config import json_schema
from edgeclassify.config.reference import MODEL_OF_A_VIEW, TABLES

TARGET = Path(__file__).parent / "config.md"
Schema = dict[str, Any]
HEAD = """\
# Every key of the config

Made from the schema that checks it (`make docs`). The file is TOML, and that of the service is
`/etc/edgeclassify/edgeclassify.toml`. The same as a commented file to start from:
[config/edgeclassify.toml](../config/edgeclassify.toml), or

```sh
edgeclassify check --example > edgeclassify.toml
edgeclassify check --schema > schema.json            # for editors: Even Better TOML, Taplo and others
```

`edgeclassify check` tells every fault of a file at once, an unknown key with the one that was probably meant.
Times are seconds where the name ends in `_s`, sizes are bytes, shares are 0 to 1. A relative path is relative to
the file. `include`, at the top, lays it over other files, and strings may hold variables:
[config-files.md](config-files.md). Where the default is *none*, it is said beside it what happens then.

Much can be set without opening the file: `edgeclassify setup` asks for what most need, and the [page](page.md)
changes rules, regions and models. Both keep your comments.
"""


def page() -> str:
    """All of it, as Markdown."""
    schema = json_schema()
    lines = [HEAD]
    for key, heading, _, about in TABLES:
        lines += _section(key, heading.removeprefix("# "), about, schema)
    return "\n".join(lines)


def _section(key: str, heading: str, about: str, schema: Schema) -> Iterator[str]:
    yield f"## {heading}\n\n{_linked(about)}\n"
    fields = _fields(schema["properties"][key], schema)
    of_view = key == "view"
    if key == "groups":
        yield 'A key is the name of a group, its value a pattern or a list of them: `terrier = ["*terrier"]`.\n'
        return
    yield from _table(fields, schema, of_view)
    for name, field in fields.items():
        inner = _fields(field, schema)
        if inner and not (of_view and name == "model"):
            yield f"### {key}.{name}\n"
            yield from _table(inner, schema)


def _table(fields: Schema, schema: Schema, of_view: bool = False) -> Iterator[str]:
    yield "| key | takes | default | |\n|---|---|---|---|"
    for name, field in fields.items():
        about = MODEL_OF_A_VIEW if of_view and name == "model" else field.get("description", "")
        takes, default = _cell(_takes(field, schema)), _cell(_default(field))
        yield f"| `{name}` | {takes} | {default} | {_cell(_linked(about))} |"
    yield ""


def _fields(field: Schema, schema: Schema) -> Schema:
    """The keys of the table that it is, or of each of the tables that it holds; nothing where it is none."""
    for one in _resolved(field, schema):
        if "properties" in one:
            needed = one.get("required", [])
            return {name: inner | {"needed": name in needed} for name, inner in one["properties"].items()}
        for way in ("items", "additionalProperties"):
            if isinstance(one.get(way), dict):
                inner = _fields(one[way], schema)
                if inner:
                    return inner
    return {}


def _resolved(field: Schema, schema: Schema) -> list[Schema]:
    """What it may be: its alternatives, without null, each with its reference followed."""
    found = []
    for one in field.get("anyOf", [field]):
        if "$ref" in one:
            found += _resolved(schema["$defs"][one["$ref"].rsplit("/", 1)[-1]], schema)
        elif "anyOf" in one:
            found += _resolved(one, schema)
        elif one.get("type") != "null":
            found.append(one)
    return found


def _takes(field: Schema, schema: Schema) -> str:
    return " or ".join(dict.fromkeys(_kind(one, schema) for one in _resolved(field, schema)))


def _kind(one: Schema, schema: Schema) -> str:
    if "anyOf" in one:
        return _takes(one, schema)
    if "const" in one or "enum" in one:
        return ", ".join(f"`{json.dumps(value)}`" for value in one.get("enum", [one.get("const")]))
    match one.get("type"):
        case "boolean":
            return "`true`, `false`"
        case "integer" | "number" as kind:
            return f"{'whole number' if kind == 'integer' else 'number'}{_range(one)}"
        case "array":
            return _list(one, schema)
        case "object":
            return "table"
        case _:
            return "text"


def _list(one: Schema, schema: Schema) -> str:
    if "prefixItems" in one:
        return f"list of {len(one['prefixItems'])} numbers"
    kind = _takes(one.get("items", {}), schema)
    return f"list of {kind}" if kind.startswith("`") else f"list of {kind}s"


def _range(one: Schema) -> str:
    low = _plain(one["minimum"]) if "minimum" in one else ""
    above = f"more than {_plain(one['exclusiveMinimum'])}" if "exclusiveMinimum" in one else ""
    high = _plain(one["maximum"]) if "maximum" in one else ""
    match bool(low), bool(above), bool(high):
        case True, _, True:
            return f", {low} to {high}"
        case True, _, False:
            return f", at least {low}"
        case _, True, True:
            return f", {above}, at most {high}"
        case _, True, False:
            return f", {above}"
        case _:
            return f", at most {high}" if high else ""


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _default(field: Schema) -> str:
    if field.get("needed"):
        return "it must be set"
    default = field.get("default")
    if default is None:
        return "*none*"
    if default in ({}, []):
        return "none"
    return f"`{json.dumps(default, ensure_ascii=False)}`"


def _linked(text: str) -> str:
    """Names of pages as links."""
    words = []
    for word in text.split():
        bare = word.rstrip(".,;:")
        if bare.startswith("docs/") and bare.endswith(".md"):
            name = bare.removeprefix("docs/")
            word = word.replace(bare, f"[{name}]({name})")
        words.append(word)
    return " ".join(words).replace("<", "&lt;")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
