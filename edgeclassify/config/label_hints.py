"""What is said of labels: which ones were probably meant, and what to know of those that hold at once."""

import re
import shlex
from collections.abc import Sequence

from edgeclassify.config.sections import ViewConfig
from edgeclassify.documents.faults import listed
from edgeclassify.suggestions import did_you_mean

_MOST_SHOWN = 8


def labels_with(text: str, known: Sequence[str]) -> list[str]:
    """The known labels that contain a text, whatever its case; first those that have it as a word of their own."""
    wanted = text.casefold().strip()
    containing = [label for label in dict.fromkeys(known) if wanted in label.casefold()]
    word = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
    return sorted(containing, key=lambda label: word.search(label.casefold()) is None)


def several_labels_note(view: ViewConfig, model: str) -> str:
    """What to know of a view of a model of which several labels can hold at once."""
    others = f"; of the labels that it lists, {listed(view.labels)}, at most one is ON" if view.labels else ""
    return (
        f"view {view.name}: several labels of the model {model} can hold at once (sigmoid outputs, or several "
        f"heads), and a view shows one, the best{others}. The scores of the best {view.top} are in its state."
    )


def hint_for(label: str, known: Sequence[str], model: str) -> str:
    """Of a label that the model does not have: those that contain it, or a word of it; else the nearest one.

    `known`: the labels that there are; `model`: its name.
    """
    words = [word for word in re.split(r"[\W_]+", label) if len(word) > 2]
    for text in (label, *sorted(words, key=len, reverse=True)):
        if text.strip() and (found := labels_with(text, known)):
            names = listed([f'"{name}"' for name in found], _MOST_SHOWN)
            return f"Those with {text!r} in them: {names}. All: edgeclassify models labels {shlex.quote(model)}"
    return did_you_mean(label, known)
