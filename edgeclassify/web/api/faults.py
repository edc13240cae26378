"""What is wrong with a query or a body, in one sentence: the key, what was expected, what was found."""

from typing import TYPE_CHECKING

from edgeclassify.contract.refusals import choices, hint, shown
from edgeclassify.documents.faults import SECRET_KEYS
from edgeclassify.late_model import LateModel, ValidationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_PHRASES = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "an object",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "greater_than": "a number above {gt:.12g}",
    "greater_than_equal": "a number of at least {ge:.12g}",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "json_invalid": "JSON ({error})",
    "less_than": "a number below {lt:.12g}",
    "less_than_equal": "a number of at most {le:.12g}",
    "list_type": "a list",
    "model_type": "an object",
    "string_pattern_mismatch": "text like {pattern}",
    "string_too_long": "text of at most {max_length} characters",
    "string_too_short": "text of at least {min_length} characters",
    "string_type": "text",
    "too_long": "a list of at most {max_length}",
    "too_short": "a list of at least {min_length}",
    "tuple_type": "a list",
    "value_error": "{error}",
}


def first_fault(error: ValidationError, kind: type[LateModel], whole: str) -> str:
    """The first fault of what should be a `kind`. `whole`: what it is called: "the query", "the body"."""
    detail = error.errors(include_url=False)[0]
    key = ".".join(map(str, detail["loc"])) or whole
    if detail["type"] == "extra_forbidden":
        return _unknown(key, list(kind.model_fields) if len(detail["loc"]) == 1 else [])
    if detail["type"] == "missing":
        return f"{key}: expected a value, found nothing"
    return f"{key}: expected {_expected(detail)}{_found(detail)}"


def _unknown(key: str, known: list[str]) -> str:
    expected = f"expected one of {choices(known)}, found" if known else "found"
    return f"{shown(key)}: {expected} an unknown key{hint(key, known)}"


def _expected(detail: "ErrorDetails") -> str:
    if (phrase := _PHRASES.get(detail["type"])) is None:
        return detail["msg"].removeprefix("Input should be ")
    return phrase.format(**detail.get("ctx", {})).removeprefix("expected ")


def _found(detail: "ErrorDetails") -> str:
    if detail["type"] == "json_invalid":
        return ""
    is_secret = any(secret in str(step) for step in detail["loc"] for secret in SECRET_KEYS)
    return f", found {'something else' if is_secret else shown(detail['input'])}"
