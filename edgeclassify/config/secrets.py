"""Passwords in texts that people see."""

import re

# A password may hold any of these separators: it ends where the next key begins.
_NAMED = re.compile(r"((?:pass\w*?|pwd|token|secret)=)(?:(?![_&/;][a-z0-9]+=).)*", re.IGNORECASE)


def without_named_secrets(text: str) -> str:
    """`text` without what stands behind `password=`, as cameras take it in paths and queries of URLs."""
    return _NAMED.sub(r"\1…", text)
