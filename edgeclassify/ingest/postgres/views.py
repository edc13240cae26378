"""The fleet's questions, as views."""

_CHANGES = """
CREATE VIEW edgeclassify_changes AS
SELECT node, NULLIF(view, '') AS view, at, online, kept AS since_before
FROM (
    SELECT *, lag(online) OVER place AS before, row_number() OVER place AS number
    FROM edgeclassify_presence
    WINDOW place AS (PARTITION BY node, view ORDER BY at)
) AS told
WHERE number = 1 OR online IS DISTINCT FROM before
"""
_NOW = """
CREATE VIEW edgeclassify_now AS
SELECT DISTINCT ON (node, view) node, view, online, at AS since, NOT since_before AS since_is_exact
FROM edgeclassify_changes
ORDER BY node, view, at DESC
"""
_OFFLINE = """
CREATE VIEW edgeclassify_offline AS
SELECT now.node, now.view, now.since, now.since_is_exact, last.received_at AS last_figures_at
FROM edgeclassify_now AS now
LEFT JOIN edgeclassify_figures AS last ON last.node = now.node AND last.kind = 'health'
WHERE now.online = false
"""
_FLAPPING = """
CREATE VIEW edgeclassify_flapping AS
SELECT node, view, date_trunc('hour', at) AS hour, count(*) AS changes
FROM edgeclassify_changes
WHERE NOT since_before AND online IS NOT NULL
GROUP BY node, view, date_trunc('hour', at)
"""
_DAYS = """
CREATE VIEW edgeclassify_labels_per_day AS
SELECT ts::date AS day, node, view, label, count(*) AS starts
FROM edgeclassify_events
WHERE event_type = 'start'
GROUP BY ts::date, node, view, label
"""
_HOLES = """
CREATE VIEW edgeclassify_holes AS
SELECT node, incarnation, before + 1 AS first, seq - 1 AS last, seq - before - 1 AS missing,
    ts_before AS after, ts AS until, ts >= ts_before AS is_certain
FROM (
    SELECT node, incarnation, seq, ts, lag(seq) OVER numbers AS before, lag(ts) OVER numbers AS ts_before
    FROM edgeclassify_events
    WINDOW numbers AS (PARTITION BY node, incarnation ORDER BY seq)
) AS numbered
WHERE seq > before + 1
"""
_LATE = """
CREATE VIEW edgeclassify_late AS
SELECT node, view, incarnation, seq, event_type, label, ts, received_at, received_at - ts AS late_by
FROM edgeclassify_events
WHERE late AND NOT live
"""
_NUMBERS = ("uptime_s", "fps", "spool_depth", "spool_dropped", "temperature_c")
_FLAGS = ("throttled", "clock_synchronised")


def _typed(key: str, json_type: str, sql_type: str) -> str:
    """A figure as a column: null where it is no such value, since one node must not spoil the view."""
    value = f"health.body -> '{key}'"
    return f"CASE jsonb_typeof({value}) WHEN '{json_type}' THEN ({value})::{sql_type} END AS {key}"


_FIGURES = ", ".join(
    [_typed(key, "number", "double precision") for key in _NUMBERS]
    + [_typed(key, "boolean", "boolean") for key in _FLAGS]
)
_HEALTH = f"""
CREATE VIEW edgeclassify_health AS
SELECT health.node, health.received_at, info.body ->> 'version' AS version, {_FIGURES}, health.body
FROM edgeclassify_figures AS health
LEFT JOIN edgeclassify_figures AS info ON info.node = health.node AND info.kind = 'info'
WHERE health.kind = 'health'
"""

VIEWS = (_CHANGES, _NOW, _OFFLINE, _FLAPPING, _DAYS, _HOLES, _LATE, _HEALTH)
