"""Keys of a config's text changed: nothing else of it is, however it is written."""

import copy
import tomllib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from edgeclassify.config.editing.edited import edited
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.errors import ConfigError
from tests.config.editing.written_documents import NAMES, NUMBERS, documents, rules, written

VIEW_KEYS = st.one_of(
    st.tuples(st.just(("threshold_enter",)), NUMBERS),
    st.tuples(st.just(("roi",)), st.just([0.1, 0.2, 0.3, 0.4])),
    st.tuples(st.sampled_from([("confirm_s",), ("motion",), ("label_rules",), ("label_rules", "cat")]), st.none()),
    st.tuples(st.just(("motion", "max_interval_s")), NUMBERS),
    st.tuples(st.just(("label_rules", "cat", "threshold_enter")), NUMBERS),
    st.tuples(st.just(("label_rules", "new one")), st.just({"rare": True, "muted": False})),
    st.tuples(st.just(("model", "name")), st.just("other")),
    st.tuples(st.just(("model",)), st.just({"name": "other", "fit": "squash"})),
    st.tuples(st.just(("lasting",)), st.just({"cat": [60, 600]})),
)
OTHERS = st.sampled_from(
    [
        KeyChange(("model", "name"), "other"),
        KeyChange(("model",), {"name": "other", "fit": "crop"}),
        KeyChange(("model",), None),
        KeyChange(("groups", "cats"), ["*kitten*"]),
        KeyChange(("groups", "birds"), "*bird*"),
        KeyChange(("groups", "dogs"), None),
        KeyChange(("profile", "day", "view", "*", "enabled"), False),
        KeyChange(("profile", "night", "view", "gate", "confirm_s"), 4.0),
        KeyChange(("profile", "night"), None),
        KeyChange(("camera", "front", "interval_s"), 2.0),
        KeyChange(("camera", "front", "controls", "gain"), 2.0),
        KeyChange(("camera", "front", "interval_s"), None),
    ]
)


@st.composite
def changes(draw: st.DrawFn, document: dict[str, Any]) -> list[KeyChange]:
    names = [view["name"] for view in document.get("view", [])] or ["front"]
    found: list[KeyChange] = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["key", "key", "key", "other", "other", "whole", "gone"]))
        if kind == "other":
            found.append(draw(OTHERS))
        elif kind == "key" and names:
            path, value = draw(VIEW_KEYS)
            found.append(KeyChange(("view", draw(st.sampled_from(names)), *path), value))
        elif kind == "whole":
            name = draw(st.sampled_from(NAMES))
            found.append(KeyChange(("view", name), {"camera": "front", **draw(rules())}))
            names = list(dict.fromkeys([*names, name]))
        elif kind == "gone" and len(names) > 1:
            name = draw(st.sampled_from(names))
            found.append(KeyChange(("view", name), None))
            names.remove(name)
    return found


def as_wanted(document: dict[str, Any], change: KeyChange) -> None:
    """The plain meaning of a change."""
    if change.value is None and len(change.path) > 1 + (change.path[0] in ("view", "camera")):
        taken_away(document, change)
        return
    table: Any = document
    *way, key = change.path
    if change.path[0] in ("view", "camera"):
        section, name = change.path[:2]
        there = document.setdefault(section, [])
        found = next((one for one in there if one["name"] == name), None)
        if len(change.path) == 2:
            if change.value is None:
                there.remove(found)
            elif found is None:
                there.append({"name": name, **change.value})
            else:
                there[there.index(found)] = {"name": name, **change.value}
            return
        table, way = found, list(change.path[2:-1])
    for step in way:
        if isinstance(table.get(step), str):
            table[step] = {"name": table[step]}
        table = table.setdefault(step, {})
    if change.value is None:
        table.pop(key, None)
    else:
        table[key] = change.value


def taken_away(document: dict[str, Any], change: KeyChange) -> None:
    """With the tables that nothing is left in."""
    path = change.path
    tables: list[Any] = [document]
    if path[0] in ("view", "camera"):
        tables, path = [next(one for one in document[path[0]] if one["name"] == path[1])], path[2:]
    for step in path[:-1]:
        if not isinstance(tables[-1].get(step), dict):
            return
        tables.append(tables[-1][step])
    if path[-1] not in tables[-1]:
        return
    for table, step in zip(reversed(tables), reversed(path), strict=True):
        del table[step]
        if table:
            return


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), documents())
def test_what_is_read_is_what_was_wanted(data: st.DataObject, document: dict[str, Any]) -> None:
    text = data.draw(written(document), "text")
    assert tomllib.loads(text) == document, "the test's own writing"
    keys = data.draw(changes(document), "changes")
    wanted = copy.deepcopy(document)
    if "view" not in wanted and any(key.path[0] == "view" for key in keys):
        wanted["view"] = [{"name": "front", "camera": "front"}]
    for key in keys:
        as_wanted(wanted, key)
    made = edited(text, keys)
    assert tomllib.loads(made.text) == made.document == wanted
    if not any(key.value is None or isinstance(key.value, dict) for key in keys):  # nothing was taken away
        assert comments(text) <= comments(made.text)


def comments(text: str) -> set[str]:
    return {line.partition("# ")[2].strip() for line in text.splitlines() if "# " in line}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
STEPS = st.sampled_from(
    ["gate", "front", "*", "roi", "view", "name", "motion", "label_rules", "cats", "", 'a"b\n']
)
CONFIG = """\
model = "builtin"
[[camera]]
name = "front"
source = "synthetic:"
[[view]]
name = "gate"
motion.gate = true
[groups]
cats = ["*cat*"]
[profile.night.view."*"]
hold_s = 1
"""


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(["view", "camera", "model", "groups", "profile"]),
    st.lists(STEPS, min_size=1, max_size=4),
    VALUES,
)
def test_whatever_is_asked_for_is_written_or_refused(section: str, steps: list[str], value: object) -> None:
    if section == "view" and len(steps) == 1 and not isinstance(value, dict | None):
        return  # refused before
    if section == "camera" and len(steps) == 1:
        return
    try:
        made = edited(CONFIG, [KeyChange((section, *steps), value)])
    except ConfigError:
        return
    assert tomllib.loads(made.text) == made.document


def test_what_can_not_be_written_is_refused_in_one_sentence() -> None:
    with pytest.raises(ConfigError, match="x finds no place in the way the file is written"):
        edited(CONFIG, [KeyChange(("groups", "x"), [1, None])])
    with pytest.raises(ConfigError, match="not valid TOML"):
        edited("[view", [KeyChange(("groups", "x"), ["y"])])
    with pytest.raises(ConfigError, match="view: expected one of gate, found yard"):
        edited(CONFIG, [KeyChange(("view", "yard", "roi"), [0, 0, 1, 1])])


def test_a_comment_belongs_to_what_it_stands_in_front_of() -> None:
    text = """\
[[view]]
name = "gate"   # the one
# of the gate
hold_s = 1  # long

[view.motion]
gate = true

# the yard
[[view]]
name = "yard"

# who is told
[mqtt]
host = "x"
"""
    made = edited(
        text,
        [
            KeyChange(("view", "gate", "roi"), [0, 0, 1, 1]),
            KeyChange(("view", "gate", "label_rules", "cat", "rare"), True),
            KeyChange(("view", "yard", "hold_s"), 2.0),
            KeyChange(("view", "door"), {"camera": "front"}),
            KeyChange(("view", "gate", "hold_s"), 3),
        ],
    )
    assert (
        made.text
        == """\
[[view]]
name = "gate"   # the one
# of the gate
hold_s = 3  # long
roi = [0, 0, 1, 1]

[view.motion]
gate = true

[view.label_rules.cat]
rare = true

# the yard
[[view]]
name = "yard"
hold_s = 2.0

[[view]]
name = "door"
camera = "front"

# who is told
[mqtt]
host = "x"
"""
    )
    assert edited(made.text, [KeyChange(("view", "door"), None)]).text == made.text.replace(
        '[[view]]\nname = "door"\ncamera = "front"\n\n', ""
    )


@pytest.mark.parametrize("name", [[None], {"a": [None]}])
def test_a_name_that_is_none_is_refused_whatever_else_it_is(name: object) -> None:
    text = '[[view]]\nname = "gate"\nthreshold_enter = 0.5\n'
    for change in (KeyChange(("view", "gate", "name"), name), KeyChange(("view", "gate"), {"name": name})):
        with pytest.raises(ConfigError):
            edited(text, [change])
