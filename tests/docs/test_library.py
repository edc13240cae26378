"""The library's page: what it types at Python is answered as it says, and the names that it calls public are."""

import doctest
import re
import shutil
from pathlib import Path

import pytest

import edgeclassify
from edgeclassify.demo import demo_photos
from tests.docs.snippets.pages import ROOT, Block, blocks

PAGE = ROOT / "docs" / "library.md"


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which somebody follows the page."""
    (tmp_path / "photos").mkdir()
    with demo_photos() as folder:
        for name in ("cat.jpg", "espresso.jpg"):
            shutil.copy(folder / name, tmp_path)
            shutil.copy(folder / name, tmp_path / "photos")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def faults_of(shown: list[Block]) -> tuple[int, str]:
    """How many examples failed, one after the other in one session, and what was said of them."""
    runner, session = doctest.DocTestRunner(verbose=False), {"__name__": "__main__"}
    said: list[str] = []
    for block in shown:
        test = doctest.DocTestParser().get_doctest(block.text, session, block.where, str(block.page), block.line)
        runner.run(test, out=said.append, clear_globs=False)
        session = test.globs
    return runner.summarize(verbose=False).failed, "".join(said)


@pytest.mark.usefixtures("reader")
def test_what_is_typed_is_answered_so() -> None:
    shown = list(blocks(PAGE, "pycon"))
    assert len(shown) >= 5
    failed, said = faults_of(shown)
    assert not failed, said


@pytest.mark.usefixtures("reader")
def test_what_docstrings_show_is_so() -> None:
    """Of what is public: `help(Classifier)` is a page, too."""
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(verbose=False)
    said: list[str] = []
    public = [getattr(edgeclassify, name) for name in edgeclassify.__all__ if name != "__version__"]
    shown = [test for one in public for test in finder.find(one, globs={"Classifier": edgeclassify.Classifier})]
    for test in shown:
        runner.run(test, out=said.append)
    assert {test.name for test in shown if test.examples} >= {"Classifier", "Classifier.many", "Result"}
    assert not runner.summarize(verbose=False).failed, "".join(said)


@pytest.mark.usefixtures("reader")
def test_a_wrong_answer_is_noticed() -> None:
    block = Block(PAGE, 1, "pycon", ">>> 'espresso'\n'expresso'\n")
    assert faults_of([block])[0] == 1


def test_pycon_stands_on_this_page_alone() -> None:
    """What other pages would show in it, nobody would run."""
    for page in (ROOT / "docs").glob("*.md"):
        assert page == PAGE or not list(blocks(page, "pycon")), page


def test_the_page_names_what_is_public() -> None:
    text = PAGE.read_text(encoding="utf-8")
    (part,) = re.findall(r"^## What is public\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)
    named = set(re.findall(r"`(\w+)`", part.partition("**Nothing")[0]))
    errors = {name for name in edgeclassify.__all__ if name.endswith("Error")}
    assert named == set(edgeclassify.__all__) - errors
    assert "the six errors" in part
    table = re.findall(r"^\| `(\w+Error)` \|", text, re.MULTILINE)
    assert set(table) == errors
    assert len(errors) == 6
