"""What a config says wrongly of groups and of single labels, whatever model there is."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from edgeclassify.config.groups.layers import NO_PRESET, PRESET
from edgeclassify.config.groups.presets import NAMES
from edgeclassify.config.rules import ENTER_BY_SCORE
from edgeclassify.documents.faults import ConfigFault
from edgeclassify.types import UNKNOWN

_STATES = ("unknown", "none", "unavailable")
"""What a view or Home Assistant says where there is no label."""


def group_faults(key: str, table: dict[str, Any]) -> Iterator[ConfigFault]:
    """Faults of a table of groups. `key`: its place in the file."""
    names: dict[str, str] = {}
    for name, patterns in table.items():
        place = f"{key}.{name if name.isprintable() else repr(name)[1:-1]}"
        if name == PRESET:
            if isinstance(patterns, str):
                if patterns not in (*NAMES, NO_PRESET):
                    yield ConfigFault.choice(place, (*NAMES, NO_PRESET), patterns)
            else:
                yield ConfigFault(place, f"the name of a preset ({', '.join(NAMES)})", "a value of another type")
            continue
        if name.casefold() in _STATES:
            expected = f"another name ({UNKNOWN!r} is the state without a label; Home Assistant has the others)"
            yield ConfigFault(place, expected, repr(name))
        elif not name.isprintable() or name != name.strip() or not name:
            yield ConfigFault(place, "a name of printable characters, no space around it", repr(name))
        if (other := names.setdefault(name.casefold(), name)) != name:
            yield ConfigFault(place, f"a name that differs from {other!r} by more than capitals", repr(name))


def label_rule_faults(
    key: str, view: Mapping[str, Any], enter: float, leave: float | None, *, by_belief: bool = False
) -> Iterator[ConfigFault]:
    """Rules of single labels that contradict each other, or the thresholds of the view.

    `enter`, `leave`: the view's own; None: an exit follows the threshold to enter. `by_belief`: they are of what
    is believed (filter bayes).
    """
    table = view.get("label_rules")
    for label, rules in table.items() if isinstance(table, dict) else ():
        if not isinstance(rules, dict):
            continue
        own_enter, own_leave = rules.get("threshold_enter"), rules.get("threshold_exit")
        usual_enter, usual_leave, whose = enter, leave, "the view's"
        if rules.get("rare") is True:
            yield from _confirmed_rare(f"{key}.label_rules.{label}", rules)
            if by_belief:  # it enters and leaves by scores
                usual_enter, usual_leave, whose = ENTER_BY_SCORE, None, "its usual"
        highest = own_enter if _is_score(own_enter) else usual_enter
        lowest = own_leave if _is_score(own_leave) else usual_leave
        if lowest is None or lowest <= highest:
            continue
        if _is_score(own_leave):
            whose = "its" if _is_score(own_enter) else whose
            expected = f"a threshold_exit of at most {whose} threshold_enter ({highest:g})"
            yield ConfigFault(f"{key}.label_rules.{label}.threshold_exit", expected, f"{own_leave:g}")
        elif _is_score(own_enter):
            expected = f"a threshold_enter of at least the view's threshold_exit ({lowest:g})"
            hint = "Or give the label a threshold_exit of its own."
            yield ConfigFault(f"{key}.label_rules.{label}.threshold_enter", expected, f"{own_enter:g}", hint)


def _confirmed_rare(key: str, rules: dict[str, Any]) -> Iterator[ConfigFault]:
    found = rules.get("confirm_s")
    if isinstance(found, int | float) and found > 0:
        hint = "A rare label starts by a single frame. Leave out one of the two."
        yield ConfigFault(f"{key}.confirm_s", "no confirm_s beside rare = true", f"{found:g}", hint)


def _is_score(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
