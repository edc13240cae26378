"""Keys of a config's text changed: nothing else of it is, however it is written."""

import copy
import tomllib
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgeclassify.config.editing.edited import edited
from edgeclassify.config.editing.interface import KeyChange
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


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
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
