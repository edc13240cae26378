"""Columns made without pandas are what pyarrow makes."""

import subprocess
import sys
from typing import Any

import pyarrow as pa
import pytest

from edgeclassify.archive.output.columns import column

_WORDS = pa.dictionary(pa.int32(), pa.string())
_WITHOUT = """
import sys
from pathlib import Path
from edgeclassify.archive.interface import Row
from edgeclassify.archive.output.parts import write_part
from edgeclassify.archive.packing import pack, unpack_values
row = Row("a", "b", 1.0, "exif", labels=("x",), scores=(0.5,))
write_part(Path(sys.argv[1]), 0, unpack_values(pack([row])), {})
print("pandas" in sys.modules)
"""


@pytest.mark.parametrize(
    ("values", "of"),
    [
        ([1, None, -3], pa.int32()),
        ([1 << 40, 2], pa.int64()),
        ([None, None], pa.int64()),
        ([0.1, None, 0.3], pa.float32()),
        ([1_700_000_000_123_456, None], pa.timestamp("us", tz="UTC")),
        ([True, False, None, *[True] * 9], pa.bool_()),
        (["a", None, "", "käfer", "🦊"], pa.string()),
        (["a", "b"], pa.string()),
        (["b", "a", None, "b", "ä"], _WORDS),
        ([None], _WORDS),
        ([["a", "ü"], [], ["b"]], pa.list_(pa.string())),
        ([(), (0.25, 0.1)], pa.list_(pa.float32())),
        ([], pa.list_(pa.string())),
        ([], pa.string()),
        ([], _WORDS),
    ],
)
def test_a_column_is_what_pyarrow_makes_of_the_list(values: list[Any], of: Any) -> None:
    made = column(values, of)
    made.validate(full=True)
    assert made.type == of
    assert made.equals(pa.array(values, of))
    assert made.null_count == values.count(None)


def test_pandas_is_not_imported_to_write_a_part(tmp_path: Any) -> None:
    command = [sys.executable, "-c", _WITHOUT, str(tmp_path)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "False\n"
