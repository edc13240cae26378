"""The SVG is well-formed, has every count, and says by colour what is right."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from edgeclassify.pictures.matrix_chart import MatrixChart, matrix_svg

SVG = "{http://www.w3.org/2000/svg}"
CHART = MatrixChart(
    "gate",
    "9 of 12",
    "is",
    "answered",
    ("open", "none"),
    ("open", "<closed> & co", "unknown"),
    ((6, 2, 0), (0, 1, 3)),
    (0, 2),
)


def drawn(chart: MatrixChart) -> tuple[list[str], list[str]]:
    """The colours of its squares, row by row, and its texts."""
    root = ET.fromstring(matrix_svg(chart))
    squares = [one.get("fill", "") for one in root.iter(f"{SVG}rect")][1:]
    return squares, ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def test_names_and_counts() -> None:
    squares, texts = drawn(CHART)
    assert len(squares) == 6
    for text in (
        "gate",
        "9 of 12",
        "is",
        "answered",
        "open",
        "none",
        "<closed> & co",
        "unknown",
        "6",
        "2",
        "1",
        "3",
    ):
        assert text in texts
    assert "0" not in texts


def test_right_is_blue_wrong_is_red_and_darker_the_more_often() -> None:
    (right, wrong, none, _, few, most), _ = drawn(CHART)
    assert none == "#ffffff"
    assert right[1:3] < right[5:7]  # less red than blue
    assert wrong[1:3] > wrong[5:7]
    assert most[1:3] < most[5:7], "unknown is right for what is none of them"
    assert few[1:3] > few[5:7]


def test_all_of_it_lies_inside() -> None:
    names = tuple(f"a rather long name {i}" for i in range(60))
    counts = tuple(tuple(int(i == j) for j in range(60)) for i in range(60))
    root = ET.fromstring(matrix_svg(replace(CHART, rows=names, columns=names, counts=counts, right=range(60))))
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    assert width < 1500
    for one in root.iter(f"{SVG}rect"):
        assert float(one.get("x", 0)) + float(one.get("width", 0)) <= width
        assert float(one.get("y", 0)) + float(one.get("height", 0)) <= height


def test_counts_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="2 rows of 3 counts"):
        replace(CHART, counts=((1, 2, 3),))
    with pytest.raises(ValueError, match="2 rows of 3 counts"):
        replace(CHART, counts=((1, 2), (3, 4)))
    with pytest.raises(ValueError, match="2 rows of 3 counts"):
        replace(CHART, right=(0,))
