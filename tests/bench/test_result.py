"""The document of a benchmark: written, read again, judged; each fault is one message that names it."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from edgeclassify.bench.result import BenchResult, read_result, schema
from edgeclassify.errors import BenchError
from tests.bench.results import ROUNDS, SPREAD, result_document, run_document


def written(folder: Path, document: Any) -> Path:
    path = folder / "board.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_what_is_written_is_read_as_it_was(tmp_path: Path) -> None:
    result = BenchResult.model_validate_json(json.dumps(result_document()))
    assert read_result(written(tmp_path, result.text())) == result
    assert json.loads(result.text()) == result_document()
    jsonschema.validate(json.loads(result.text()), schema())


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (result_document(extra=1), "extra"),
        (result_document(made_at="yesterday"), "made_at"),
        (result_document(runs=[run_document(threads=0)]), "runs[0].threads"),
        (result_document(runs=[run_document(threads="2")]), "runs[0].threads"),
        (result_document(runs=[run_document(frame_ms=SPREAD | {"p50": -1.0})]), "runs[0].frame_ms.p50"),
        (result_document(runs=[run_document(frame_ms=SPREAD | {"p95": 9.0})]), "runs[0].frame_ms"),
        (result_document(runs=[run_document(efficiency=ROUNDS | {"lowest": 0.93})]), "runs[0].efficiency"),
        (result_document(runs=[run_document(stages={"lunch": SPREAD})]), "runs[0].stages"),
        ({key: value for key, value in result_document().items() if key != "board"}, "board"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, changed: dict[str, Any], named: str) -> None:
    path = written(tmp_path, changed)
    with pytest.raises(BenchError) as caught:
        read_result(path)
    assert str(path) in str(caught.value)
    assert named in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "1", '{"format": "other"}', "\x00\xff"])
def test_another_file_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(BenchError, match="bench --json") as caught:
        read_result(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"none\.json: can't be read"):
        read_result(tmp_path / "none.json")
