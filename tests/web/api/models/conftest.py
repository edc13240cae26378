"""A daemon with models of each kind, that these tests share."""

from collections.abc import Iterator

import httpx
import pytest

from tests.browser.served_nodes import ServedNode
from tests.model.catalog.file_server import FileServer
from tests.web.api.conftest import asking
from tests.web.api.models.nodes import models_served, node_with_models


@pytest.fixture(scope="package")
def server() -> Iterator[FileServer]:
    with models_served() as state:
        yield state


@pytest.fixture(scope="package")
def models_node(server: FileServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedNode]:
    with node_with_models(tmp_path_factory.mktemp("models"), server) as node:
        yield node


@pytest.fixture
def api(models_node: ServedNode) -> Iterator[httpx.Client]:
    with asking(models_node) as client:
        yield client
