"""docs/boards.md says what the files beside it say, and each of these is what `bench --json` writes."""

import json
import runpy
from pathlib import Path

import pytest

from edgeclassify.errors import BenchError
from tests.bench.results import ROUNDS, result_document, run_document

DOCS = Path(__file__).parents[2] / "docs"
MADE = runpy.run_path(str(DOCS / "generate_boards.py"))


def test_it_is_what_the_files_make() -> None:
    found = MADE["results"]()
    assert found, "no board at all"
    assert (DOCS / "boards.md").read_text(encoding="utf-8") == MADE["page"](found), (
        "docs/boards.md is old: make docs"
    )
    schema = (DOCS / "boards/schema/bench.schema.json").read_text(encoding="utf-8")
    assert schema == MADE["schema_text"](), "the schema is old: make docs"


def test_each_run_is_a_row(tmp_path: Path) -> None:
    efficiency = ROUNDS | {"highest": 0.9375, "median": 0.9125}
    runs = [run_document(), run_document(threads=4, efficiency=efficiency, throttled=True)]
    refused = [{"model": "m|n", "runtime": "litert", "threads": "9", "reason": "too\nmany"}]
    (tmp_path / "pi.json").write_text(json.dumps(result_document(runs=runs, refused=refused)))
    text = MADE["page"](MADE["results"](tmp_path))
    assert "## Raspberry Pi 5 Model B Rev 1.0" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 3
    assert (
        "| builtin | LiteRT 2.3.0 | 2 | 2.00 | 2.50 (2.50) | 0.900 (0.80 to 0.95) | 0.940 | 400.0 | 180 % |"
        in rows[0]
    )
    assert rows[1].endswith("0.912 (0.80 to 0.94) | 0.940 | 400.0 | 180 % | 102 | 48 to 62 °C, throttled |")
    assert rows[2].startswith("| m\\|n | litert | 9 | too many |")


def test_a_run_that_was_disturbed_is_marked(tmp_path: Path) -> None:
    disturbed = run_document(threads=4, efficiency=ROUNDS | {"lowest": 0.5})
    (tmp_path / "pi.json").write_text(json.dumps(result_document(runs=[run_document(), disturbed])))
    text = MADE["page"](MADE["results"](tmp_path))
    marked = [line for line in text.splitlines() if line.startswith("| ") and "*disturbed*" in line]
    assert len(marked) == 1
    assert "(0.50 to 0.95) *disturbed* |" in marked[0]
    assert "*disturbed*: other work" in text


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(BenchError, match=r"bad\.json: format"):
        MADE["results"](tmp_path)
