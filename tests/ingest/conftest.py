"""One PostgreSQL for all tests of a process, and an empty database for each."""

from collections.abc import Iterator

import pytest

from edgeclassify.ingest.postgres.address import address_of
from edgeclassify.ingest.postgres.store import PostgresStore
from tests.support.postgres import Cluster, running_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def url(cluster: Cluster) -> str:
    """Of an empty database."""
    return cluster.new_database("fleet")


@pytest.fixture
def store(url: str) -> Iterator[PostgresStore]:
    store = PostgresStore(address_of(url))
    yield store
    store.close()
