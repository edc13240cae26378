"""Names of files as they are shown."""

from pathlib import Path

import pytest

from edgeclassify.files import printable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a b", "a b"), ("schön/猫.jpg", "schön/猫.jpg"), ("a\nb\tc", r"a\nb\tc"), ("\x1b[31m", r"\x1b[31m"),
        ("caf\udce9", r"caf\udce9"), ("a\u202eb", r"a\u202eb"), ("\x7f\u0085", r"\x7f\x85"), ("", ""),
    ],
)  # fmt: skip
def test_what_is_not_printable_is_escaped(name: str, shown: str) -> None:
    assert printable(name) == shown
    assert name == "" or printable(Path(name)) == shown
