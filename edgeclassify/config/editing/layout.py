"""A document of tomlkit written into: a key goes where a person would put it, behind the last one of its table.

What stands behind a blank line at the end of a table is of what comes next in the file: it stays in front of that.
"""

from typing import Any

import tomlkit
from tomlkit.container import Container
from tomlkit.items import AoT, InlineTable, Table, Whitespace

from edgeclassify.config.editing.tables import Table as AnyTable

Tail = list[tuple[Any, Any]]
"""Blank lines and comments, as tomlkit keeps them: without a key."""


class LaidOutWriting:
    """Into a document with comments."""

    def put(self, table: AnyTable, key: str, value: Any) -> None:
        """A value that is there is replaced in its place, with the comment beside it."""
        item = _item(value, inline=isinstance(table, InlineTable))
        last = _last_key(table)
        if key in table or not isinstance(table, Table):
            table[key] = item
        elif isinstance(item, Table):
            _put_table(table, key, item)
        elif last is None:
            tail = _cut_tail(table)
            table[key] = item
            _innermost(table).value.body.extend(tail)
        else:
            table.value._insert_after(last, key, item)

    def remove(self, table: AnyTable, key: str) -> None:
        """What stands behind a table that is taken away stays."""
        item = table[key]
        tail = _cut_tail(item) if isinstance(item, Table) and isinstance(table, Table) else []
        del table[key]
        if tail:
            _cut_tail(table)
            _innermost(table).value.body.extend(tail)

    def append(self, document: AnyTable, section: str, value: dict[str, Any]) -> None:
        """Behind the others, a blank line between them."""
        there, made = document.get(section), _table(value)
        if there is None:
            there = tomlkit.aot()
            there.append(made)
            document[section] = there
        elif isinstance(there, AoT):
            tail = _cut_tail(there[-1])
            _part(there[-1])
            there.append(made)
            _innermost(made).value.body.extend(tail)
        else:
            there.append(_item(value, inline=True))

    def take(self, document: AnyTable, section: str, number: int) -> None:
        """With the last one the section is gone. What stands behind it stays."""
        there = document[section]
        if isinstance(there, AoT):
            tail = _cut_tail(there[number])
            before = there[number - 1] if number else _table_before(document, section)
            if before is not None and tail:
                _cut_tail(before)
                _innermost(before).value.body.extend(tail)
        del there[number]
        if not len(there):
            del document[section]


def _put_table(table: Table, key: str, item: Table) -> None:
    """A table below another one: with a header of its own, or with dots as its neighbours are."""
    tail = _cut_tail(table)
    _part(table)
    table[key] = item
    _innermost(item).value.body.extend(tail)


def _innermost(table: Any) -> Any:
    """The table that the last lines of this one are of, as it is written."""
    for key, item in reversed(table.value.body):
        if key is None:
            continue
        if isinstance(item, AoT) and len(item):
            return _innermost(item[-1])
        return _innermost(item) if isinstance(item, Table) and not key.is_dotted() else table
    return table


def _cut_tail(table: Any) -> Tail:
    """What stands at its end from the first blank line on, taken away there."""
    body: Tail = _innermost(table).value.body
    start = len(body)
    while start and body[start - 1][0] is None:
        start -= 1
    blanks = [i for i in range(start, len(body)) if isinstance(body[i][1], Whitespace) and "\n" in body[i][1].s]
    if not blanks:
        return []
    tail = body[blanks[0] :]
    del body[blanks[0] :]
    return tail


def _part(table: Any) -> None:
    """A blank line behind it, where it has lines at all."""
    inner = _innermost(table)
    if inner.value.body and not inner.as_string().endswith("\n\n"):
        inner.value.body.append((None, tomlkit.nl()))


def _table_before(document: Any, section: str) -> Any:
    """The table that stands before a section; None: there is none."""
    before = None
    for key, item in document.body:
        if key is not None and key.key == section:
            break
        if isinstance(item, Table):
            before = item
        elif isinstance(item, AoT) and len(item):
            before = item[-1]
    return before


def _last_key(table: AnyTable) -> Any:
    """The last key of a [table] that is no table itself, and stands before those that are; None: there is none."""
    if not isinstance(table, Table) or not isinstance(table.value, Container):
        return None
    last = None
    for key, item in table.value.body:
        if key is None:
            continue
        if isinstance(item, Table | AoT):
            break
        last = key
    return last


def _item(value: Any, *, inline: bool) -> Any:
    if isinstance(value, dict) and not inline:
        return _table(value)
    if isinstance(value, dict):
        made = tomlkit.inline_table()
        for key, one in value.items():
            made[key] = _item(one, inline=True)
        return made
    return tomlkit.item(value)


def _table(value: dict[str, Any]) -> Table:
    """Its values before its tables: behind a [table.below] they would be that one's."""
    made = tomlkit.table()
    for key, one in sorted(value.items(), key=lambda pair: isinstance(pair[1], dict)):
        made[key] = _item(one, inline=False)
    return made
