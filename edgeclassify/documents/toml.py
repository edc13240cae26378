"""TOML text to a document, whatever is wrong with it."""

from typing import Any


def parse_toml(text: str) -> dict[str, Any]:
    """The document. Raises ValueError whose text says in one sentence what is wrong."""
    import tomllib  # a model without a sidecar needs none

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{error}. Strings need quotes, tables [brackets].") from error
    except RecursionError as error:
        raise ValueError("nested too deeply.") from error
    except ValueError as error:
        raise ValueError("a number is too long.") from error  # Python reads none of thousands of digits
