"""The curves and figures of docs/governor.md are those of today's governor."""

import re
import sys
from pathlib import Path

import pytest

from tests.bench import governor

DOCS = Path(__file__).parents[2] / "docs"
NAMES = ("governor-heat", "governor-heat-frames", "governor-sun", "governor-sun-frames")


def test_curves_and_figures_are_those_that_the_benchmark_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["governor", str(tmp_path)])
    governor.main()
    printed = capsys.readouterr().out.split()
    for figure in ("74.5", "75.5", "15.8", "28.3"):
        assert figure in printed
    for name in NAMES:
        drawn, kept = ((folder / f"{name}.svg").read_text() for folder in (tmp_path, DOCS / "images"))
        pairs = list(zip(_numbers(drawn), _numbers(kept), strict=True))
        # Another processor's last digit may take a step ten seconds later.
        off = sum(abs(one - other) for one, other in pairs) / len(pairs)
        assert off < 0.5, "run: python -m tests.bench.governor docs/images"
        assert f"(images/{name}.svg)" in (DOCS / "governor.md").read_text()


def _numbers(drawn: str) -> list[float]:
    return [float(found) for found in re.findall(r"\d+\.?\d*", drawn)]
