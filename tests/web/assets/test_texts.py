"""The catalogues of texts: the same keys in each language, and every key that the scripts use."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

import edgeclassify.web

ASSETS = Path(edgeclassify.web.__file__).parent / "assets"
CATALOGUES = sorted((ASSETS / "texts").glob("*.js"))
SCRIPTS = [path for path in sorted(ASSETS.rglob("*.js")) if path.parent.name not in ("texts", "uplot")]

ENTRY = re.compile(r'^  ("(?:[^"\\]|\\.)+"):\s*("(?:[^"\\]|\\.)*"),$', re.MULTILINE)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
COMMENT = re.compile(r"^\s*(?:/\*\*.*?\*/|//[^\n]*)", re.DOTALL | re.MULTILINE)
CALL = re.compile(r"""\b(t|n)\(\s*(?P<quote>["`])(?P<key>[^"`]+)(?P=quote)""")
BEGUN = re.compile(r"`([a-z][\w.-]*\.[\w -]*)\$\{")
MANY = (".one", ".other")


def texts(path: Path) -> dict[str, str]:
    """A catalogue as it is written."""
    return {json.loads(key): json.loads(value) for key, value in ENTRY.findall(path.read_text(encoding="utf-8"))}


def script_of(path: Path) -> str:
    """A script without its comments."""
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def prefix_of(key: str) -> str:
    """What of a key stands in the script: all of it, or what is before the first value that is filled in."""
    return key.split("${")[0]


@pytest.fixture(scope="module", params=CATALOGUES, ids=lambda path: path.stem)
def catalogue(request: pytest.FixtureRequest) -> Path:
    """Each language's file."""
    path: Path = request.param
    return path


def test_there_are_english_and_german() -> None:
    assert [path.stem for path in CATALOGUES] == ["de", "en"]


def test_each_line_is_an_entry_or_a_comment_and_no_key_is_there_twice(catalogue: Path) -> None:
    written = catalogue.read_text(encoding="utf-8")
    others = [line for line in ENTRY.sub("", written).splitlines()[1:] if line.strip() and "//" not in line]
    assert others == ["export default {", "};"]
    counted = Counter(key for key, _ in ENTRY.findall(written))
    assert [key for key, count in counted.items() if count > 1] == []


def test_all_have_the_same_keys_and_the_same_places_to_fill_in(catalogue: Path) -> None:
    english, other = texts(ASSETS / "texts" / "en.js"), texts(catalogue)
    assert sorted(other) == sorted(english)
    found = {key: set(PLACEHOLDER.findall(text)) for key, text in other.items()}
    wanted = {key: set(PLACEHOLDER.findall(text)) for key, text in english.items()}
    # "once" needs no number.
    differing = [
        key for key in found if found[key] - {"n"} != wanted[key] - {"n"} or not found[key] <= {"n"} | wanted[key]
    ]
    assert differing == []


def test_no_text_is_empty_or_begins_or_ends_with_a_space(catalogue: Path) -> None:
    assert [key for key, text in texts(catalogue).items() if not text or text != text.strip()] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(ASSETS).as_posix())
def test_every_key_that_a_script_uses_is_there(script: Path) -> None:
    known = texts(ASSETS / "texts" / "en.js")
    for name, _, key in CALL.findall(script_of(script)):
        wanted = [key + end for end in MANY] if name == "n" else [key]
        if "${" in key:
            assert any(one.startswith(prefix_of(key)) for one in known), key
        else:
            assert [one for one in wanted if one not in known] == []


def test_every_key_is_used() -> None:
    written = "".join(script_of(path) for path in SCRIPTS)
    begun = tuple(BEGUN.findall(written))
    unused = [
        key
        for key in texts(ASSETS / "texts" / "en.js")
        if f'"{key.removesuffix(".one").removesuffix(".other")}"' not in written
        and f'"{key}"' not in written
        and not key.startswith(begun)
    ]
    assert unused == []
