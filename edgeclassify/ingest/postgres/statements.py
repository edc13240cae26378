"""How a batch is folded into the tables: the same rows come of it in whatever order, and however often, it came.

An event is known by node, `seq` and `id`. Copies of it (live and late, or sent again) become one row: what came
first counts as its time of arrival, and of bodies, since a node may have shortened one, the longest; all else is
of the same copy. But its time is the earliest that one of them says: with more copies it only moves that way, as
beginnings below do.

A node that has lost its state folder begins its numbers anew: then one number names several events, the n-th of
them, by their own time, of the n-th incarnation. The earliest of these n-th ones is where that incarnation begins,
so that events whose number has no like yet find theirs by their time. With more events a beginning only moves to
an earlier time: so it can be kept, and is the same whatever came first.
"""

INCOMING = """
CREATE TEMPORARY TABLE IF NOT EXISTS edgeclassify_incoming (
    node text, seq bigint, id text, view text, event_type text, label text, score real, ts timestamptz,
    received_at timestamptz, live boolean, details jsonb
) ON COMMIT DELETE ROWS
"""
COPY = """
COPY pg_temp.edgeclassify_incoming
(node, seq, id, view, event_type, label, score, ts, received_at, live, details) FROM STDIN
"""

_COPY = ("view", "event_type", "label", "score", "details")
"""Columns that are taken of one copy, together."""
_RULE = (
    "length({0}details::text)", '{0}details::text COLLATE "C"', '{0}label COLLATE "C"', "{0}score",
    '{0}view COLLATE "C"', '{0}event_type COLLATE "C"',
)  # fmt: skip
"""Of copies that differ the one is taken that is last by these."""
_ROW = ", ".join(_RULE)
_FOLDED = f"""
folded AS (
    SELECT DISTINCT ON (node, seq, id) node, seq, id, view, event_type, label, score, details,
        min(ts) OVER same AS ts,
        bool_or(live) OVER same AS live, bool_or(NOT live) OVER same AS late,
        min(received_at) OVER same AS received_at
    FROM pg_temp.edgeclassify_incoming AS one
    WINDOW same AS (PARTITION BY node, seq, id)
    ORDER BY node, seq, id, {", ".join(f"{column.format('')} DESC" for column in _RULE)}
)
"""
FOLD = f"""
WITH {_FOLDED}, compared AS (
    SELECT folded.*, ({_ROW.format("folded.")}) > ({_ROW.format("known.")}) AS is_fuller,
        folded.ts < known.ts AS is_earlier
    FROM folded JOIN edgeclassify_events AS known USING (node, seq, id)
)
UPDATE edgeclassify_events AS known SET
    live = known.live OR compared.live,
    late = known.late OR compared.late,
    received_at = LEAST(known.received_at, compared.received_at),
    ts = LEAST(known.ts, compared.ts),
    {", ".join(f"{name} = CASE WHEN is_fuller THEN compared.{name} ELSE known.{name} END" for name in _COPY)}
FROM compared
WHERE known.node = compared.node AND known.seq = compared.seq AND known.id = compared.id AND (
    is_fuller OR is_earlier OR compared.received_at < known.received_at
    OR (compared.live AND NOT known.live) OR (compared.late AND NOT known.late)
)
RETURNING known.node, compared.is_earlier
"""
"""Returns those that are of an earlier time than was known: they may be of another incarnation."""
_BASE = """
1 + (
    SELECT count(*) FROM edgeclassify_incarnations AS later WHERE later.node = {0}.node AND later.begins <= {0}.ts
)
"""
INSERT = f"""
WITH {_FOLDED}
INSERT INTO edgeclassify_events
    (node, incarnation, seq, view, event_type, label, score, id, ts, received_at, live, late, details)
SELECT node, {_BASE.format("folded")},
    seq, view, event_type, label, score, id, ts, received_at, live, late, details
FROM folded
WHERE NOT EXISTS (
    SELECT FROM edgeclassify_events AS known
    WHERE known.node = folded.node AND known.seq = folded.seq AND known.id = folded.id
)
ORDER BY node, seq
"""
USED_TWICE = """
SELECT DISTINCT one.node FROM pg_temp.edgeclassify_incoming AS one
JOIN edgeclassify_events AS other ON other.node = one.node AND other.seq = one.seq AND other.id <> one.id
"""
"""Nodes of which a number of the batch names several events."""

_RANK = 'row_number() OVER (PARTITION BY node, seq ORDER BY ts, id COLLATE "C")'
_TOUCHED = """
(node, seq) IN (SELECT node, seq FROM pg_temp.edgeclassify_incoming WHERE node = ANY(%(nodes)s))
"""
BEGINNINGS = f"""
INSERT INTO edgeclassify_incarnations AS known (node, incarnation, begins)
SELECT node, rank, min(ts) FROM (
    SELECT node, ts, {_RANK} AS rank FROM edgeclassify_events WHERE {_TOUCHED}
) AS ranked
WHERE rank > 1
GROUP BY node, rank
ON CONFLICT (node, incarnation) DO UPDATE SET begins = excluded.begins WHERE excluded.begins < known.begins
RETURNING node
"""
"""`nodes`: those of USED_TWICE and FOLD. Returns those of which other events may change their incarnation, too."""


def _assigned(scope: str) -> str:
    """An event's incarnation: by its time, and later than that of the one before with its number."""
    return f"""
    UPDATE edgeclassify_events AS known SET incarnation = found.incarnation
    FROM (
        SELECT node, seq, id,
            rank + max(base - rank) OVER (PARTITION BY node, seq ORDER BY ts, id COLLATE "C") AS incarnation
        FROM (
            SELECT node, seq, id, ts, {_RANK} AS rank, {_BASE.format("edgeclassify_events")} AS base
            FROM edgeclassify_events WHERE {scope}
        ) AS ranked
    ) AS found
    WHERE known.node = found.node AND known.seq = found.seq AND known.id = found.id
        AND known.incarnation <> found.incarnation
    """


ASSIGN_TOUCHED = _assigned(_TOUCHED)
ASSIGN_ALL = _assigned("node = ANY(%(nodes)s)")

PRESENCE = """
INSERT INTO edgeclassify_presence (node, view, at, online, kept)
SELECT node, view, at, online, kept
FROM (VALUES (%s, %s, %s::timestamptz, %s::boolean, %s)) AS told (node, view, at, online, kept)
WHERE NOT kept OR online IS DISTINCT FROM (
    SELECT known.online FROM edgeclassify_presence AS known
    WHERE known.node = told.node AND known.view = told.view AND known.at <= told.at ORDER BY known.at DESC LIMIT 1
)
ON CONFLICT DO NOTHING
"""
FIGURES = """
INSERT INTO edgeclassify_figures AS known (node, kind, received_at, body) VALUES (%s, %s, %s, %s)
ON CONFLICT (node, kind) DO UPDATE SET received_at = excluded.received_at, body = excluded.body
WHERE excluded.received_at > known.received_at
"""
REFUSED = """
INSERT INTO edgeclassify_refused (node, topic, received_at, reason, bytes, payload) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (topic, received_at, md5(payload)) DO NOTHING
RETURNING node
"""
REFUSALS = """
INSERT INTO edgeclassify_refusals AS known (node, messages, last_at) VALUES (%s, 1, %s)
ON CONFLICT (node) DO UPDATE SET messages = known.messages + 1, last_at = GREATEST(known.last_at, excluded.last_at)
"""
REFUSED_KEPT = 10_000
TRIM = "DELETE FROM edgeclassify_refused WHERE number <= (SELECT max(number) FROM edgeclassify_refused) - %s"
