"""Short texts of figures."""

import pytest

from edgeclassify.watch.drawing.cells import age


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (172_800, "2 d"), (1e9, "11574 d")],
)
def test_ages(seconds: float, text: str) -> None:
    assert age(seconds) == text
