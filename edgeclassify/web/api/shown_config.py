"""What is shown of a config file: the sections that can be changed, without what is secret."""

import math
from typing import Any

from edgeclassify.redaction import redacted_source, redacted_value, scrubbed
from edgeclassify.web.api.changeable import SECTIONS


def shown_document(document: dict[str, Any]) -> dict[str, Any]:
    """As JSON can have it."""
    return {section: _shown(document[section], section) for section in SECTIONS if section in document}


def _shown(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {scrubbed(str(name)): _shown(one, str(name)) for name, one in value.items()}
    if isinstance(value, list):
        return [_shown(one, key) for one in value]
    if isinstance(value, str):
        return scrubbed(redacted_source(value) if key == "source" else redacted_value(value))
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)  # a date, or no number: a fault that the config's own check names
