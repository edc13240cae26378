"""What makes each version of the schema of the one before. What is released stays as it is."""

from edgeclassify.ingest.postgres.views import VIEWS

_TABLES = (
    """
    CREATE TABLE edgeclassify_schema (
        version integer PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    # One index keeps each number once, and finds it. It is looked at when a transaction ends, since rows of a node
    # may change their incarnation among them.
    """
    CREATE TABLE edgeclassify_events (
        node text NOT NULL,
        incarnation integer NOT NULL,
        seq bigint NOT NULL,
        view text NOT NULL,
        event_type text NOT NULL,
        label text NOT NULL,
        score real NOT NULL,
        id text NOT NULL,
        ts timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        live boolean NOT NULL,
        late boolean NOT NULL,
        details jsonb NOT NULL,
        CONSTRAINT edgeclassify_each_once UNIQUE (node, seq, incarnation) DEFERRABLE INITIALLY DEFERRED
    )
    """,
    "CREATE INDEX edgeclassify_events_ts ON edgeclassify_events USING brin (ts) WITH (pages_per_range = 32)",
    # What a node's second, third, … count of numbers begins with, at the latest.
    """
    CREATE TABLE edgeclassify_incarnations (
        node text NOT NULL,
        incarnation integer NOT NULL,
        begins timestamptz NOT NULL,
        PRIMARY KEY (node, incarnation)
    )
    """,
    # view '' is the node itself.
    """
    CREATE TABLE edgeclassify_presence (
        node text NOT NULL,
        view text NOT NULL,
        at timestamptz NOT NULL,
        online boolean,
        kept boolean NOT NULL,
        PRIMARY KEY (node, view, at)
    )
    """,
    """
    CREATE TABLE edgeclassify_figures (
        node text NOT NULL,
        kind text NOT NULL,
        received_at timestamptz NOT NULL,
        body jsonb NOT NULL,
        PRIMARY KEY (node, kind)
    )
    """,
    """
    CREATE TABLE edgeclassify_refused (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        node text NOT NULL,
        topic text NOT NULL,
        received_at timestamptz NOT NULL,
        reason text NOT NULL,
        bytes integer NOT NULL,
        payload bytea NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX edgeclassify_refused_once ON edgeclassify_refused (topic, received_at, md5(payload))",
    """
    CREATE TABLE edgeclassify_refusals (
        node text PRIMARY KEY,
        messages bigint NOT NULL,
        last_at timestamptz NOT NULL
    )
    """,
)

MIGRATIONS: tuple[tuple[str, ...], ...] = ((*_TABLES, *VIEWS),)
