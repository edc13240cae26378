"""docs/contract is what the code generates, and AsyncAPI's references lead somewhere."""

import runpy
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
GENERATOR = runpy.run_path(str(DOCS / "generate_contract.py"))


def test_the_documents_are_what_the_code_generates() -> None:
    wanted = GENERATOR["documents"]()
    found = {
        str(path.relative_to(DOCS / "contract")): path.read_text() for path in DOCS.glob("contract/**/*.json")
    }
    assert found.keys() == wanted.keys(), "run: python docs/generate_contract.py"
    for name, content in wanted.items():
        assert found[name] == content, f"{name} is old; run: python docs/generate_contract.py"


def test_every_reference_leads_somewhere() -> None:
    document = GENERATOR["asyncapi"]()
    references = list(_references(document))
    assert len(references) > 50
    for reference in references:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def _references(value: Any) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)
