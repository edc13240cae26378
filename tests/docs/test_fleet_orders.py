"""The page has every field of an expression, compared as it says, and every command."""

import re
from pathlib import Path

from edgeclassify.cli.fleet import NAMES
from edgeclassify.fleet.where.compared import Kind
from edgeclassify.fleet.where.fields import FIELDS

PAGE = (Path(__file__).parents[2] / "docs" / "fleet-orders.md").read_text()
WORDS = {
    Kind.TEXT: "text",
    Kind.NUMBER: "number",
    Kind.SECONDS: "time",
    Kind.VERSION: "version",
    Kind.FLAG: "yes or no",
}


def rows(heading: str) -> list[list[str]]:
    """The cells of a table's rows."""
    table = PAGE[PAGE.index(heading) :].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_every_field_is_there_in_the_order_of_the_program() -> None:
    found: dict[str, str] = {}
    for names, _, kinds in rows("| field |"):
        named = re.findall(r"`(\w+)`", names)
        listed = kinds.split(", ")
        found |= dict(zip(named, listed if len(listed) == len(named) else listed * len(named), strict=True))
    assert found == {name: WORDS[field.kind] for name, field in FIELDS.items()}


def test_fields_of_views_are_those_that_it_says() -> None:
    after = list(FIELDS)[list(FIELDS).index("label") :]
    assert [name for name, field in FIELDS.items() if field.of_a_view is not None] == ["problem", *after]


def test_every_command_is_there() -> None:
    assert {word for names, _ in rows("| command |") for word in re.findall(r"`(\w+)", names)} == set(NAMES)
