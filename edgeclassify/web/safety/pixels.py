"""On a node that shows labels alone no picture gets out, whatever an endpoint says: the last look at an answer."""

import logging
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edgeclassify.web.safety.refusals import RefusedAtDoorError

log = logging.getLogger(__name__)

PIXELS = ("image/", "video/", "multipart/", "application/octet-stream")
"""Content types that hold pictures, or may. A zip of a taught model is made without on such a node."""
FOLDER = "/api/"
"""Below it are answers of the node; what lies beside it are the page's own files."""


class NoPixels:
    """An ASGI layer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what holds no picture."""

        async def send_without(message: Message) -> None:
            if message["type"] == "http.response.start":
                kind = Headers(scope=message).get("content-type", "").lower()
                if kind.startswith(PIXELS):
                    raise RefusedAtDoorError(HTTPStatus.NOT_FOUND, "no pictures: node.labels_only is true")
            await send(message)

        is_answer = scope["path"].startswith(FOLDER)
        await self._app(scope, receive, send_without if is_answer else send)
