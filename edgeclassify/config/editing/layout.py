"""A document of tomlkit written into: a key goes where a person would put it, behind the last one of its table."""

from typing import Any

import tomlkit
from tomlkit.container import Container
from tomlkit.items import AoT, InlineTable, Table

from edgeclassify.config.editing.tables import Table as AnyTable


class LaidOutWriting:
    """Into a document with comments."""

    def put(self, table: AnyTable, key: str, value: Any) -> None:
        """A value that is there is replaced in its place, with the comment beside it."""
        item = _item(value, inline=isinstance(table, InlineTable))
        last = None if key in table or isinstance(item, Table) else _last_key(table)
        if last is None:
            table[key] = item
        else:
            table.value._insert_after(last, key, item)  # type: ignore[attr-defined]

    def append(self, document: AnyTable, section: str, value: dict[str, Any]) -> None:
        """Behind the others, a blank line between them."""
        there = document.get(section)
        if there is None:
            there = tomlkit.aot()
            there.append(_table(value))
            document[section] = there
        elif isinstance(there, AoT):
            if len(there) and not there[-1].as_string().endswith("\n\n"):
                there[-1].add(tomlkit.nl())
            there.append(_table(value))
        else:
            there.append(_item(value, inline=True))

    def take(self, document: AnyTable, section: str, number: int) -> None:
        """With the last one the section is gone."""
        del document[section][number]
        if not len(document[section]):
            del document[section]


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
