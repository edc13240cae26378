"""Home Assistant's templates (Jinja) over our bodies: what an entity shows of a message.

"None" is Home Assistant's word for a value that is not known.
"""

import json
from collections.abc import Iterable

from edgeclassify.contract.outgoing import OFF, ON
from edgeclassify.publish.home_assistant.device import LONGEST_STATE
from edgeclassify.types import UNKNOWN, EventType
from edgeclassify.types.tallies import MOST_LABELS_TODAY

MATCHES = "yes"
"""What `event_is` makes of the event that is meant."""


def label_text() -> str:
    """The label, as far as it fits into a state."""
    return f"{{{{ value_json.label[:{LONGEST_STATE}] }}}}"


def label_option() -> str:
    """The label, for a sensor that knows them all: without one its state is unknown, which is no option."""
    return f"{{{{ value_json.label if value_json.label != {_text(UNKNOWN)} else None }}}}"


def percent(key: str) -> str:
    """A score in percent."""
    return f"{{{{ (value_json.{key} * 100) | round(2) }}}}"


def figure(key: str) -> str:
    """A member that is always there; null is unknown."""
    return f"{{{{ value_json.{key} }}}}"


def part_of(key: str, part: str) -> str:
    """A member of an object that may be null: then it is unknown.

    By brackets: a dot before `update` finds Python's method of that name.
    """
    return f"{{{{ (value_json['{key}'] or {{}})['{part}'] | default(None) }}}}"


def member(key: str) -> str:
    """A member that may be missing."""
    return f"{{{{ value_json.{key} | default(None) }}}}"


def is_on(on: Iterable[str], off: Iterable[str]) -> str:
    """ON at these labels. OFF at those; none: at all others, but not where nobody can tell (without `top`)."""
    others = list(off)
    off_now = f"label in {_texts(others)}" if others else f"label != {_text(UNKNOWN)} or value_json.top"
    on_text, off_text = _text(ON.decode()), _text(OFF.decode())
    chosen = f"{on_text} if label in {_texts(on)} else {off_text} if {off_now} else None"
    return f"{{% set label = value_json.label %}}{{{{ {chosen} }}}}"


def of_today(label: str, key: str) -> str:
    """A figure of a label since midnight, 0 where it was not seen; unknown while the node knows no day,
    and of a label that is missing among as many as a state tells of."""
    text = _text(label)
    return (
        "{% set today = value_json.today %}"
        "{% if today is not defined %}None"
        f"{{% elif {text} in today %}}{{{{ today[{text}][{_text(key)}] }}}}"
        f"{{% else %}}{{{{ 0 if today | length < {MOST_LABELS_TODAY} else None }}}}{{% endif %}}"
    )


def event_is(kind: EventType, label: str) -> str:
    """MATCHES for this kind of event of this label."""
    wanted = f"value_json.event_type == {_text(kind)} and value_json.label == {_text(label)}"
    return f"{{{{ {_text(MATCHES)} if {wanted} else '' }}}}"


def _text(text: str) -> str:
    """A string of Jinja's: its escapes are those of JSON, and it takes any character."""
    return json.dumps(text, ensure_ascii=False)


def _texts(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"
