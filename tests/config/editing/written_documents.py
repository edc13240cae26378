"""Config documents, and the many ways in which somebody may have written them."""

from typing import Any

from hypothesis import strategies as st

Lines = list[str]

NAMES = ("gate", "yard", "front door", "a.b")
NUMBERS = st.sampled_from([0.5, 0.8, 0.97, 1, 0])
COMMENTS = st.sampled_from(["sure", "mine", "do not touch = true", '[view] "x"', "ä"])


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    """Keys of a view, some of them tables."""
    found: dict[str, Any] = {}
    for key in draw(st.lists(st.sampled_from(["threshold_enter", "confirm_s", "hold_s"]), unique=True)):
        found[key] = draw(NUMBERS)
    if draw(st.booleans()):
        found["roi"] = [0.0, 0, 0.5, 1]
    if draw(st.booleans()):
        found["motion"] = draw(st.sampled_from([{"gate": True}, {"gate": False, "max_interval_s": 3.0}]))
    if draw(st.booleans()):
        labels = draw(st.lists(st.sampled_from(["cat", "open gate", "*"]), unique=True, min_size=1))
        found["label_rules"] = {label: {"threshold_enter": draw(NUMBERS), "rare": True} for label in labels}
    if draw(st.booleans()):
        found["model"] = draw(st.sampled_from(["builtin", {"name": "builtin", "fit": "crop"}]))
    return found


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """With cameras, perhaps views and other sections."""
    found: dict[str, Any] = {"camera": [{"name": "front", "source": "synthetic:", "interval_s": 0.5}]}
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    if names:
        found["view"] = [{"name": name, "camera": "front", **draw(rules())} for name in names]
    if draw(st.booleans()):
        found["mqtt"] = {"host": "broker", "tls": {"ca": "ca.pem"}}
    if draw(st.booleans()):
        found["model"] = {"name": "builtin"}
    if draw(st.booleans()):
        found["groups"] = {"cats": ["*cat*", "lynx"], "dogs": "*dog*"}
    if draw(st.booleans()):
        found["profile"] = {"night": {"when": ["22:00-06:00"], "view": {"*": {"threshold_enter": draw(NUMBERS)}}}}
    return dict(draw(st.permutations(list(found.items()))))


@st.composite
def written(draw: st.DrawFn, document: dict[str, Any]) -> str:
    """The document as TOML: with comments and blank lines, tables with headers, in braces or with dots."""
    top: Lines = []
    below: list[Lines] = []
    for section, value in document.items():
        if isinstance(value, list) and isinstance(value[0], dict):
            if draw(st.integers(0, 4)) == 0:
                top += [f"{section} = {inline(value)}", *_comment(draw)]
                continue
            for one in value:
                below.append([*_comment(draw), f"[[{section}]]{_beside(draw)}", *_table(draw, section, one)])
        elif draw(st.integers(0, 4)) == 0:
            top += [f"{section} = {inline(value)}{_beside(draw)}"]
        else:
            below.append([*_comment(draw), *_headed(draw, section, value)])
    lines = [*top, *(line for part in below for line in part)]
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return newline.join(lines) + draw(st.sampled_from(["", newline, newline * 2]))


def _headed(draw: st.DrawFn, path: str, value: dict[str, Any]) -> Lines:
    if value and all(isinstance(one, dict) for one in value.values()) and draw(st.booleans()):
        return _below(draw, path, value)  # the header of this one is left out
    return [f"[{path}]{_beside(draw)}", *_table(draw, path, value)]


def _table(draw: st.DrawFn, path: str, value: dict[str, Any]) -> Lines:
    """What stands below a header: values first, then what has headers of its own."""
    lines: Lines = []
    later: dict[str, Any] = {}
    for key, one in value.items():
        way = draw(st.sampled_from(["header", "braces", "dots"])) if isinstance(one, dict) else "value"
        if way == "header":
            later[key] = one
        elif way == "dots":
            lines += _dotted(quoted(key), one)
        else:
            space = draw(st.sampled_from([" = ", "=", "   = "]))
            lines += [f"{quoted(key)}{space}{inline(one)}{_beside(draw)}", *_comment(draw)]
    return [*lines, *_comment(draw), *_below(draw, path, later)]


def _below(draw: st.DrawFn, path: str, tables: dict[str, Any]) -> Lines:
    return [line for key, one in tables.items() for line in _headed(draw, f"{path}.{quoted(key)}", one)]


def _dotted(path: str, value: dict[str, Any]) -> Lines:
    lines: Lines = []
    for key, one in value.items():
        way = f"{path}.{quoted(key)}"
        lines += _dotted(way, one) if isinstance(one, dict) else [f"{way} = {inline(one)}"]
    return lines


def _comment(draw: st.DrawFn) -> Lines:
    """Perhaps on lines of its own."""
    return draw(st.sampled_from([[], [], [""], ["# a line"], ["", "# another line", ""], ["", "# of the next"]]))


def _beside(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(["", "", " "])) or (f"  # {draw(COMMENTS)}" if draw(st.booleans()) else "")


def inline(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def quoted(key: str) -> str:
    """A key as it must be written."""
    return key if key.replace("_", "").isalnum() else f'"{key}"'
