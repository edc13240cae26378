"""The page as an ASGI app: its files and its endpoints, behind what guards them."""

from starlette.applications import Starlette

from edgeclassify.config import WebConfig
from edgeclassify.web.api.endpoints import ENDPOINTS
from edgeclassify.web.api.interface import Around
from edgeclassify.web.api.routing import routes_of


def make_app(config: WebConfig, around: Around) -> Starlette:
    """The app for a page with these settings."""
    return Starlette(routes=routes_of(ENDPOINTS, around))
