"""The drawings of docs/images show what the code of today prints."""

import re
import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def _texts(svg: Path) -> list[str]:
    return re.findall(r"<text [^>]*>([^<]*)</text>", svg.read_text())


def test_the_table_of_nodes_is_drawn_as_watch_prints_it(tmp_path: Path) -> None:
    drawn = tmp_path / "watch.svg"
    runpy.run_path(str(DOCS / "draw_watch.py"))["main"](drawn)
    assert len(_texts(drawn)) > 50
    assert _texts(drawn) == _texts(DOCS / "images" / "watch.svg"), "run: python docs/draw_watch.py"


def test_the_architecture_is_drawn_as_its_script_draws_it(tmp_path: Path) -> None:
    drawn = tmp_path / "architecture.svg"
    runpy.run_path(str(DOCS / "draw_architecture.py"))["main"](drawn)
    assert drawn.read_text() == (DOCS / "images" / "architecture.svg").read_text(), (
        "run: python docs/draw_architecture.py"
    )
