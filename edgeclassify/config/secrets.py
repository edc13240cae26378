"""Passwords in texts that people see, and in the config itself."""

import re

# A password may hold any of these separators: it ends where the next key begins.
_NAMED = re.compile(r"((?:pass\w*?|pwd|token|secret)=)(?:(?![_&/;][a-z0-9]+=).)*", re.IGNORECASE)


# With a / of a password that was not encoded, too.
_USER = re.compile(r"://(?:[^/]*|[^/@]*:[^@]*)@")


def without_named_secrets(text: str) -> str:
    """`text` without what stands behind `password=`, as cameras take it in paths and queries of URLs."""
    return _NAMED.sub(r"\1…", text)


def holds_secret(source: str) -> bool:
    """Does a source have a password in it: `user:password@`, or behind `password=`? Rather yes than no."""
    return _USER.search(source) is not None or ("://" in source and _NAMED.search(source) is not None)
