"""What taught models and their classes may be called."""

import re
import unicodedata
from collections.abc import Iterable

from edgeclassify.errors import UsageError
from edgeclassify.files import printable
from edgeclassify.model.catalog import load_catalog
from edgeclassify.model.catalog.entry import NAME_RULE
from edgeclassify.model.labels.label_file import is_word_of_state
from edgeclassify.model.taught.manifest import UNUSUAL
from edgeclassify.slugs import slug
from edgeclassify.types.model_choice import is_model_path

LONGEST_LABEL = 64
LABEL_RULE = f"printable text of at most {LONGEST_LABEL} characters, without spaces at its ends"
_OF_TOPICS = "/+#"
_SIGNS_OF_TOPICS = "/+#"
"""A label's topic has none of them; who looks for it there would write them."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def is_taught_name(name: str) -> bool:
    """True where a taught model may have this name, as far as it is spelled."""
    return _NAME.fullmatch(name) is not None and not is_model_path(name)


def checked_name(name: str) -> str:
    """The name of a taught model that is to be made. Raises UsageError."""
    if not is_taught_name(name):
        raise UsageError(
            f"{printable(name[:80])!r}: expected a name for the taught model: {NAME_RULE}, not ending in .tflite. "
            "Choose another name."
        )
    catalog = load_catalog()
    if name in catalog.entries or name in catalog.faults:
        raise UsageError(
            f"{name}: expected a name of its own for the taught model, found that of a model of the catalog. "
            f"Choose another name, and `--base {name}` to teach on top of that model."
        )
    return name


def is_label(text: str) -> bool:
    """True where a class may have this label."""
    return bool(text) and len(text) <= LONGEST_LABEL and text.isprintable() and text == text.strip()


def is_taken(label: str) -> bool:
    """True for a label that means something else: a view without a label, or all that was not taught."""
    return is_word_of_state(label) or label == UNUSUAL


def checked_label(label: str, others: Iterable[str]) -> str:
    """The label of a class that is taught beside `others`, in Unicode's usual spelling. Raises UsageError."""
    # A decomposed "é", as file names of some systems have it, looks the same and is another label.
    label = unicodedata.normalize("NFC", label).strip()
    if not is_label(label):
        raise UsageError(f"{printable(label[:80])!r}: expected a label: {LABEL_RULE}. Choose another label.")
    if any(sign in label for sign in _SIGNS_OF_TOPICS):
        raise UsageError(
            f"{label}: expected a label without /, + and #, which have a meaning in topics. Choose another label."
        )
    if is_taken(label):
        raise UsageError(
            f"{label}: expected a label of what is to be seen, found a word that a view's state has for itself. "
            "Choose another label."
        )
    # Both would be one level of a topic, and one is probably mistyped.
    near = next((one for one in others if one != label and slug(one) == slug(label)), None)
    if near is not None:
        raise UsageError(
            f"{label}: expected a label that differs from {near!r} by more than capitals, accents and signs. "
            f'Did you mean "{near}"?'
        )
    return label
