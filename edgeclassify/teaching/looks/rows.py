"""Looks as rows of the database, and back. Errors are sqlite3's own."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from typing import Any

import numpy as np

from edgeclassify.files.database import DamagedError
from edgeclassify.teaching.interface import Look, LookKind
from edgeclassify.types import Embedding, EmbeddingFacts

_COLUMNS = (
    "looks.id, looks.kind, looks.view, looks.at, looks.label, looks.score, looks.brightness, looks.event_id, "
    "looks.model, facts.base, facts.sha256, facts.tensor, facts.elements, facts.dtype, facts.scale, "
    "facts.zero_point, contents.embedding"
)
_FROM = "FROM looks JOIN facts ON facts.number = looks.facts JOIN contents ON contents.look = looks.id"
_DTYPES = ("uint8", "int8", "float32")


def insert(connection: sqlite3.Connection, look: Look) -> int | None:
    """Write it within a transaction: its number; None where its event has a look already."""
    facts = _facts_number(connection, look.facts)
    row = connection.execute(
        "INSERT OR IGNORE INTO looks (kind, view, at, label, score, facts, brightness, event_id, model) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            look.kind.value, look.view, look.at, look.label, look.score, facts, look.brightness, look.event_id,
            look.model,
        ),
    ).fetchone()  # fmt: skip
    if row is None:
        return None
    embedding = np.ascontiguousarray(look.embedding, dtype=look.facts.dtype).tobytes()
    connection.execute("INSERT INTO contents VALUES (?, ?, ?)", (row[0], embedding, look.jpeg))
    if look.jpeg is not None:
        connection.execute("INSERT OR IGNORE INTO traces VALUES ('pictures')")
    return int(row[0])


def select(
    connection: sqlite3.Connection, where: str, values: Sequence[object] = (), *, pictures: bool = True
) -> Iterator[Look]:
    """The looks of which that holds (a condition, perhaps an order), each when it is asked for."""
    jpeg = "contents.jpeg" if pictures else "NULL"
    for row in connection.execute(f"SELECT {_COLUMNS}, {jpeg} {_FROM} WHERE {where}", tuple(values)):
        yield _look(row)


def _look(row: tuple[Any, ...]) -> Look:
    number, kind, view, at, label, score, brightness, event_id, model, *said, embedding, jpeg = row
    try:
        facts = EmbeddingFacts(*said)
        return Look(
            id=number,
            kind=LookKind(kind),
            view=view,
            at=at,
            label=label,
            score=score,
            facts=facts,
            embedding=_embedding(embedding, facts),
            brightness=brightness,
            jpeg=jpeg,
            event_id=event_id,
            model=model,
        )
    except (TypeError, ValueError) as error:
        raise DamagedError(f"look {number} can't be read: {error}") from error


def _embedding(content: object, facts: EmbeddingFacts) -> Embedding:
    if not isinstance(content, bytes) or facts.dtype not in _DTYPES:
        raise TypeError("no embedding of a known kind")
    embedding: Embedding = np.frombuffer(content, facts.dtype)
    if len(embedding) != facts.elements:
        raise ValueError(f"expected an embedding of {facts.elements} elements, found {len(embedding)}")
    return embedding


def _facts_number(connection: sqlite3.Connection, facts: EmbeddingFacts) -> int:
    names = ("base", "sha256", "tensor", "elements", "dtype", "scale", "zero_point")
    same = " AND ".join(f"{name} = ?" for name in names)
    found = connection.execute(f"SELECT number FROM facts WHERE {same}", astuple(facts)).fetchone()
    if found is None:
        found = connection.execute(
            f"INSERT INTO facts ({', '.join(names)}) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number", astuple(facts)
        ).fetchone()
    return int(found[0])
