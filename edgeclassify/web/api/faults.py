"""What is wrong with a query or a body, in one sentence: the key, what was expected, what was found."""

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from edgeclassify.contract.refusals import choices, hint, shown

_SAID = "Input should be "


def first_fault(error: ValidationError, kind: type[BaseModel], whole: str) -> str:
    """The first fault of what should be a `kind`. `whole`: what it is called: "the query", "the body"."""
    detail = error.errors(include_url=False)[0]
    key = ".".join(map(str, detail["loc"])) or whole
    if detail["type"] == "extra_forbidden":
        return _unknown(key, list(kind.model_fields) if len(detail["loc"]) == 1 else [])
    if detail["type"] == "missing":
        return f"{key}: expected a value, found nothing"
    found = "" if detail["type"] == "json_invalid" else f", found {shown(detail['input'])}"
    return f"{key}: expected {_expected(detail)}{found}"


def _unknown(key: str, known: list[str]) -> str:
    expected = f"expected one of {choices(known)}, found" if known else "found"
    return f"{shown(key)}: {expected} an unknown key{hint(key, known)}"


def _expected(detail: ErrorDetails) -> str:
    if detail["type"] == "json_invalid":
        return f"JSON ({detail['ctx']['error']})"
    said = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else detail["msg"]
    said = said.removeprefix(_SAID).removeprefix("expected ")
    return said[:1].lower() + said[1:]
