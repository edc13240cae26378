"""The colours: dark ones stand twice, since CSS can't say a rule of a media query and of a choice at once."""

import re
from pathlib import Path

import edgeclassify.web

TOKENS = (Path(edgeclassify.web.__file__).parent / "assets/styles/tokens.css").read_text()


def declarations(selector: str) -> dict[str, str]:
    """Of the rule with this selector."""
    body = re.search(rf"{re.escape(selector)} \{{(.*?)\}}", TOKENS, re.DOTALL)
    assert body is not None, selector
    return dict(re.findall(r"([\w-]+): ([^;]+);", body[1]))


def test_dark_is_the_same_by_choice_and_by_the_machine() -> None:
    chosen = declarations(':root[data-theme="dark"]')
    assert chosen == declarations(':root:not([data-theme="light"])')
    assert "--accent" in chosen
    assert chosen.keys() - {"color-scheme"} <= declarations(":root").keys()
