"""Which of a view's labels is meant by a word that a user wrote: the name of a folder, a cell of a CSV."""

import re
from collections.abc import Iterable, Mapping, Sequence

from edgeclassify.config.groups.patterns import LabelNames
from edgeclassify.config.label_hints import hint_for
from edgeclassify.errors import LabelError
from edgeclassify.model.calibration.labelled_scores import NOTHING_KNOWN
from edgeclassify.model.labels.background import NOTHING

_WORDS_OF_NOTHING = NOTHING | {"unknown"}
_MOST_SHOWN = 5


def label_indices(words: Iterable[str], labels: Sequence[str], model: str, place: str) -> Mapping[str, int]:
    """Each word's label, by its place in `labels`; NOTHING_KNOWN for words such as unknown, none, background.

    A word may have _ or - where the label has spaces, as names of folders do. `place`: where the words stand, for
    the message. Raises LabelError with all that is no label, and what may have been meant.
    """
    names, found, faults = LabelNames(labels), {}, []
    for word in dict.fromkeys(words):
        matching = names.matching(word) or names.matching(re.sub(r"[_-]+", " ", word))
        if len(matching) == 1:
            found[word] = matching[0]
        elif not matching and word.casefold().strip() in _WORDS_OF_NOTHING:
            found[word] = NOTHING_KNOWN
        else:
            faults.append(_fault(word, matching, labels, model))
    if faults:
        more = f"\n  and {len(faults) - _MOST_SHOWN} more" if len(faults) > _MOST_SHOWN else ""
        raise LabelError(
            f"{place}: expected labels or groups of the model {model}, or unknown for pictures of none of them:\n"
            + "\n".join(faults[:_MOST_SHOWN])
            + more
        )
    return found


def _fault(word: str, matching: Sequence[int], labels: Sequence[str], model: str) -> str:
    if matching:
        named = ", ".join(f'"{labels[index]}"' for index in matching[:_MOST_SHOWN])
        return f"  {word!r} could be several: {named}. Write one of them out."
    return f"  {word!r} is none. {hint_for(word, labels, model)}".rstrip()
