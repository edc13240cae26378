"""The comparison's own part: processes are started, read and held against each other as its table says."""

import json
import sys
from pathlib import Path

import pytest

from edgeclassify.demo import demo_photos
from edgeclassify.pictures.stacked_bars import drawn_bars
from tests.bench.peers.__main__ import chart
from tests.bench.peers.comparison import HERE, Taken, Way, compared, run, table, ways
from tests.bench.peers.environment import environment
from tests.bench.peers.page import replaced
from tests.support.photos import TF2_V2


def program(code: str) -> Way:
    return Way("a program", (sys.executable, "-c", code), Path("model"))


def test_what_a_way_prints_is_what_it_took() -> None:
    lines = [{"first": "cat", "score": 0.5}, {"ms": [1.0, 3.0, 9.0], "cpu_ms": 4.0, "rss_mb": 50.0, "python": "3"}]
    code = "".join(f"print({json.dumps(line)!r}); " for line in lines)
    taken = run(program(f"print('a word of a library', file=__import__('sys').stderr); {code}"), Path("l"), ["p"])
    assert (taken.ms, taken.cpu_ms, taken.rss_mb) == (3.0, 4.0, 50.0)
    assert 0 < taken.first_s < 60


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; sys.exit('out of luck')", "exit status 1: out of luck"),
        ("print('{}')", "exit status 0"),
        ("import os; os.abort()", "exit status -6"),
    ],
)
def test_a_way_that_fails_ends_it_with_its_last_words(code: str, said: str) -> None:
    with pytest.raises(SystemExit, match=said):
        run(program(code), Path("l"), ["p"])


def test_ratios_are_those_of_each_round() -> None:
    rounds = [
        [Taken(1.0, 1.0, 10.0, 0.5), Taken(2.0, 1.0, 40.0, 1.0)],
        [Taken(10.0, 4.0, 10.0, 0.5), Taken(30.0, 4.0, 50.0, 1.0)],
        [Taken(2.0, 1.0, 10.0, 0.5), Taken(5.0, 1.0, 60.0, 4.0)],
    ]
    ours, other = compared(rounds, ["ours", "other"])
    assert ours.taken == Taken(2.0, 1.0, 10.0, 0.5)
    assert ours.times == Taken(1.0, 1.0, 1.0, 1.0)
    assert other.taken == Taken(5.0, 1.0, 50.0, 1.0)
    assert other.times == Taken(2.5, 1.0, 5.0, 2.0)
    lines = table([ours, other]).splitlines()
    assert lines[2] == "| ours | 2.0 | 1.0 | 10 | 0.50 |"
    assert lines[3] == "| other | 5.0 (2.5 x) | 1.0 (1.0 x) | 50 (5.0 x) | 1.00 (2.0 x) |"
    assert drawn_bars(chart([ours, other])).shape[1] > 600


def test_ours_and_the_usual_script_really_answer(test_data: Path) -> None:
    labels = test_data / "models" / "imagenet_labels.txt"
    ours, script, _ = ways(Path(sys.executable), test_data / "models" / f"{TF2_V2}.tflite", Path("none"))
    with demo_photos() as folder:
        pictures = [str(folder / "espresso.jpg")]
        for way in (ours, script):
            assert run(way, labels, pictures).rss_mb > 20


def test_what_stands_between_the_comments_is_replaced() -> None:
    page = "before\n<!-- a -->\nold\n<!-- /a -->\nafter <!-- b -->\n"
    assert replaced(page, "a", "new\n") == "before\n<!-- a -->\nnew\n<!-- /a -->\nafter <!-- b -->\n"
    for name in ("b", "c"):
        with pytest.raises(ValueError, match=f"<!-- {name} -->"):
            replaced(page, name, "new")


def test_the_page_has_a_place_for_the_table() -> None:
    text = (HERE.parents[2] / "docs" / "performance.md").read_text(encoding="utf-8")
    assert "transformers + torch" in text
    assert "transformers + torch" not in replaced(text, "peers", "")


def test_an_environment_is_made_once(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="can't be made"):
        environment(tmp_path / "new", python="/bin/false")
    # What pip does is not tried here: it takes a GB.
    from hashlib import sha256

    inner = tmp_path / "there" / "bin" / "python"
    inner.parent.mkdir(parents=True)
    inner.touch()
    mark = tmp_path / "there" / "made-of"
    mark.write_text(sha256((HERE / "requirements.txt").read_bytes()).hexdigest())
    assert environment(tmp_path / "there", python="/bin/false") == inner
    mark.write_text("of something else")
    with pytest.raises(SystemExit):
        environment(tmp_path / "there", python="/bin/false")
