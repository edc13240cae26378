"""Names that become topic levels: no wildcard, slash or space gets into a topic."""

from pathlib import Path

import pytest

from edgeclassify.config.loading import parse_config
from edgeclassify.errors import ConfigError

BAD = ["a b", "a/b", "+", "#", "a+", "a#", "", "\u732b", "a\n", "$x", "x" * 65]


def fault(**changes: object) -> str:
    document = {"camera": [{"name": "front", "source": "synthetic:"}], **changes}
    with pytest.raises(ConfigError) as caught:
        parse_config(document, "names.toml", Path("/"))
    return str(caught.value)


@pytest.mark.parametrize("name", BAD)
def test_names(name: str) -> None:
    expected = "expected 1 to 64 letters, digits, - or _, found "
    assert f"node.name: {expected}" in fault(node={"name": name})
    assert f"view[0].name: {expected}" in fault(view=[{"name": name}])
    assert f"camera[0].name: {expected}" in fault(camera=[{"name": name, "source": "synthetic:"}])


@pytest.mark.parametrize("name", ["request", "response", "status"])
def test_reserved_names(name: str) -> None:
    assert "view[0].name: expected a name other than health, info, probe, profile, request" in fault(
        view=[{"name": name}]
    )


def test_no_node_is_called_as_the_topic_on_which_all_are_asked() -> None:
    said = fault(node={"name": "request"})
    assert "node.name: expected a name other than request (below that topic all nodes are asked)" in said
    assert "found 'request'" in said


@pytest.mark.parametrize("prefix", ["a b", " a", "a/", "/a", "a//b", "+", "a/#", "$SYS", "", "a\x00b", "a\tb"])
@pytest.mark.parametrize("section", ["mqtt", "home_assistant"])
def test_prefixes(section: str, prefix: str) -> None:
    assert f"{section}.prefix: expected topic levels without spaces" in fault(**{section: {"prefix": prefix}})
