"""Endpoints of a test's own behind the real routing, asked without a socket."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpx
from starlette.routing import Router

from edgeclassify.config import WebConfig, parse_config
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.health import Health
from edgeclassify.types import NodeInfo, Request
from edgeclassify.web.api.interface import Around, Asked, Endpoint
from edgeclassify.web.api.routing import routes_of
from edgeclassify.web.interface import ConfigChange, ConfigChanged, NodeFacts, PageNode, WhatIf
from edgeclassify.web.live.board import Board
from edgeclassify.web.pictures.onlookers import PictureTaker

NODE_INFO = NodeInfo(version="1", python="3", session="s", started=0.0, models=(), views=())


class SilentNode(PageNode):
    """A node that is asked, and gives no answer. `asked`: what it was asked."""

    def __init__(self, *, labels_only: bool = False) -> None:
        document = {"camera": [{"name": "front", "source": "synthetic:"}], "node": {"labels_only": labels_only}}
        self._facts = NodeFacts(parse_config(document, "test.toml", Path()), NODE_INFO, ())
        self.asked: list[Request] = []

    @property
    def facts(self) -> NodeFacts:
        return self._facts

    def ask(self, request: Request) -> None:
        self.asked.append(request)

    def change(self, change: ConfigChange) -> "Future[ConfigChanged]":
        raise EdgeClassifyError("nothing changes here")

    def what_if(self, question: WhatIf) -> dict[str, Any]:
        raise EdgeClassifyError("nothing is recorded")

    def hurry(self, camera: str) -> None:
        pass

    def settle_looks(self) -> None:
        pass

    def health(self) -> Health:
        raise EdgeClassifyError("no figures")


def around(node: PageNode) -> Around:
    return Around(node, Board(node), PictureTaker(WebConfig(), node, lambda view, region: None))


def endpoint(
    answer: Callable[[Asked], Awaitable[Any]], method: str = "GET", path: str = "/api/it", **more: Any
) -> Endpoint:
    return Endpoint(method, path, answer, "It.", "tests", **more)


def responses(
    endpoints: Sequence[Endpoint], *requests: tuple[str, str, dict[str, Any]], node: PageNode | None = None
) -> list[httpx.Response]:
    """What comes of requests: method, path and what httpx takes besides."""

    async def ask() -> list[httpx.Response]:
        app = Router(routes_of(endpoints, around(node or SilentNode())))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://node") as client:
            return [await client.request(method, path, **more) for method, path, more in requests]

    return asyncio.run(ask())


def response(
    endpoints: Sequence[Endpoint],
    method: str = "GET",
    path: str = "/api/it",
    node: PageNode | None = None,
    **more: Any,
) -> httpx.Response:
    (found,) = responses(endpoints, (method, path, more), node=node)
    return found
