"""A chart as SVG: each point where it belongs, lines broken where there is no number, names escaped."""

import math
import xml.etree.ElementTree as ElementTree

import pytest

from edgeclassify.pictures.chart import Axis, Chart, Series, svg

NS = "{http://www.w3.org/2000/svg}"


def drawn(*series: Series, title: str = "t") -> ElementTree.Element:
    return ElementTree.fromstring(svg(Chart(title, Axis("x", 0, 10), Axis("y", 0, 10), series)))


def circles(root: ElementTree.Element) -> list[tuple[float, float, float]]:
    return [tuple(float(mark.attrib[key]) for key in ("cx", "cy", "r")) for mark in root.iter(f"{NS}circle")]  # type: ignore[misc]


def texts(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{NS}text")]


def test_points_lie_by_their_values_with_y_upwards() -> None:
    marks = circles(drawn(Series("a", [(0, 0), (5, 5), (10, 10)])))[:3]
    (left, bottom, _), (middle, halfway, _), (right, top, _) = marks
    assert left < middle < right
    assert bottom > halfway > top
    assert middle == pytest.approx((left + right) / 2, abs=0.1)
    assert halfway == pytest.approx((bottom + top) / 2, abs=0.1)


def test_points_outside_the_axes_are_not_drawn() -> None:
    inside = drawn(Series("a", [(1, 1)]))
    outside = drawn(Series("a", [(1, 1), (11, 1), (-1, 1), (1, 11), (1, -1)]))
    assert circles(inside) == circles(outside)


def test_a_line_is_broken_by_what_is_no_number() -> None:
    root = drawn(Series("a", [(0, 1), (1, 1), (2, math.nan), (3, 1), (4, 1), (5, 1), (6, math.inf), (7, 1)]))
    runs = [line.attrib["points"].split() for line in root.iter(f"{NS}polyline")]
    assert [len(run) for run in runs] == [2, 3]


def test_a_series_may_have_marks_or_a_line_alone() -> None:
    points = [(0.0, 1.0), (1.0, 1.0)]
    assert not list(drawn(Series("a", points, is_line=False)).iter(f"{NS}polyline"))
    assert not circles(drawn(Series("a", points, has_marks=False)))
    dashed = next(drawn(Series("a", points, is_dashed=True)).iter(f"{NS}polyline"))
    assert "stroke-dasharray" in dashed.attrib
    plain = next(drawn(Series("a", points)).iter(f"{NS}polyline"))
    assert "stroke-dasharray" not in plain.attrib


def test_marks_have_the_sizes_that_are_given() -> None:
    marks = circles(drawn(Series("a", [(1, 1), (2, 2)], radii=[3, 9])))
    assert [radius for _, _, radius in marks[:2]] == [3, 9]


def test_legend_notes_titles_and_ticks_are_written() -> None:
    written = texts(drawn(Series("first", [(1, 1)], notes=["here"]), Series("second", [(2, 2)]), title="whole"))
    assert {"first", "second", "here", "whole", "x", "y", "0", "10"} <= set(written)


def test_what_has_a_meaning_in_xml_is_text() -> None:
    assert "a & <b>" in texts(drawn(Series("a & <b>", [(1, 1)], notes=['<"&>']), title="<&>"))


def test_series_are_told_apart_by_colour_and_shape() -> None:
    root = drawn(*(Series(str(i), [(i, i)]) for i in range(4)))
    fills = {mark.attrib["fill"] for mark in root.iter() if mark.attrib.get("stroke") == "#ffffff"}
    assert len(fills) == 4
    assert len(list(root.iter(f"{NS}circle"))) == 2  # the mark of the first, and in the legend
    assert len(list(root.iter(f"{NS}polygon"))) == 6


def test_an_empty_chart_is_one() -> None:
    assert texts(ElementTree.fromstring(svg(Chart("t", Axis("x"), Axis("y"), ()))))


@pytest.mark.parametrize("key", ["radii", "notes"])
def test_notes_and_sizes_must_be_one_for_each_point(key: str) -> None:
    with pytest.raises(ValueError, match=f"series 'a': 2 {key}, found"):
        Series("a", [(0, 0), (1, 1)], **{key: (1,)})  # type: ignore[arg-type]
