"""Names of nodes and views on the command line: levels of topics."""

from edgeclassify.errors import UsageError


def check_name(option: str, name: str | None) -> None:
    """Raises UsageError where that is none; `option` says where it stands. None is left out."""
    from edgeclassify.config.sections import safe_name

    if name is not None and safe_name(name) != name:
        raise UsageError(f"{option}: expected letters, digits, _ and -, found {name!r}")
