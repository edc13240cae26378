"""The page as an ASGI app: its files and its endpoints, behind what guards them."""

import socket

from starlette.routing import Route, Router
from starlette.types import ASGIApp

from edgeclassify.config import WebConfig
from edgeclassify.web.api.endpoints import ENDPOINTS
from edgeclassify.web.api.interface import Around
from edgeclassify.web.api.routing import routes_of
from edgeclassify.web.interface import NodeFacts
from edgeclassify.web.safety.access_in_force import AccessInForce
from edgeclassify.web.safety.attempts import Attempts
from edgeclassify.web.safety.door import Door
from edgeclassify.web.safety.guard import Rules, guarded
from edgeclassify.web.safety.hosts import own_names
from edgeclassify.web.safety.origins import HARMLESS
from edgeclassify.web.safety.password_checks import PasswordChecks
from edgeclassify.web.safety.places import access_path, check_can_be_entered
from edgeclassify.web.safety.sessions import Sessions
from edgeclassify.web.serving.assets import Assets


def make_app(config: WebConfig, around: Around, assets: Assets | None = None) -> ASGIApp:
    """The app for a page with these settings. Raises PageError where nobody could be told from anybody."""
    facts = around.node.facts
    assets = assets or Assets()
    routes = [*routes_of(ENDPOINTS, around), Route("/{path:path}", assets)]
    router = Router(routes, redirect_slashes=False)
    return guarded(router, _door(config, facts), _rules(config, facts, assets))


def _door(config: WebConfig, facts: NodeFacts) -> Door:
    path = access_path(config, facts.state)
    access = AccessInForce(path, is_needed=config.is_open)
    check_can_be_entered(config, path, access.now)
    return Door(access, Sessions(facts.state), PasswordChecks(access, Attempts()), node=facts.config.node.name)


def _rules(config: WebConfig, facts: NodeFacts, assets: Assets) -> Rules:
    files = {(method, path) for method in HARMLESS for path in assets.paths | {"/favicon.ico"}}
    asked = {(one.method, one.path) for one in ENDPOINTS if one.is_open}
    asked |= {("HEAD", path) for method, path in asked if method == "GET"}
    return Rules(
        names=own_names(socket.gethostname(), config.hosts),
        proxies=frozenset(config.proxies),
        open_paths=files | asked,
        most_bytes=max(one.most_bytes for one in ENDPOINTS),
        shows_pictures=facts.shows_pictures,
    )
