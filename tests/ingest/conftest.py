"""One PostgreSQL for all tests of a process, and an empty database for each."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.ingest.postgres.address import address_of
from edgeclassify.ingest.postgres.store import PostgresStore
from tests.support.postgres import Cluster, running_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    # Not in pytest's folder: that is for one user alone, and PostgreSQL is another one where this is root.
    folder = Path(tempfile.mkdtemp(prefix="edgeclassify-postgres-"))
    try:
        with running_cluster(folder) as cluster:
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(cluster: Cluster) -> str:
    """Of an empty database."""
    return cluster.new_database("fleet")


@pytest.fixture
def store(url: str) -> Iterator[PostgresStore]:
    store = PostgresStore(address_of(url))
    yield store
    store.close()
