"""The page: does it answer at its address?"""

import json
import socket
import ssl
import urllib.error
import urllib.request
from http.client import HTTPException

from edgeclassify.config import Config
from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, ok, unknown, warning
from edgeclassify.doctor.interface import Finding

_ANSWER_S = 5.0
_MOST_BYTES = 1000
_OURS = ("ok", "degraded", "down")
"""What /healthz says of a node."""


def look_at_page(around: Around) -> list[Finding]:
    """Whether it is served, or could be: its port must be free while the daemon does not run."""
    config = around.config
    if config is None:
        return [unknown("page", "the config can't be used: see config")]
    if not config.web.enabled:
        return [ok("page", "none, as the config has it (web.enabled = false)")]
    if around.beside_daemon:
        return [ok("page", f"{config.web.address}: you see it")]
    return [_served(config) if around.runs else _could_be(config)]


def _served(config: Config) -> Finding:
    web = config.web
    url = f"{'https' if web.tls else 'http'}://{_here(web.listen)}:{web.port}/healthz"
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # our own, asked for by another name
    # Of this machine: no proxy is asked, whatever the environment says.
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        try:
            answer = opener.open(url, timeout=_ANSWER_S)
        except urllib.error.HTTPError as error:  # 503: the page answers, and the node is down
            answer = error
        with answer:
            if _is_ours(answer.read(_MOST_BYTES)):
                return ok("page", f"{web.address} answers")
        remedy = f"sudo ss -ltnp 'sport = :{web.port}' tells who has the port; or choose another web.port."
        return fault("page", f"at {web.address} something else answers than this page", remedy)
    except (OSError, ValueError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        remedy = "See service-log for the reason: a port in use, a certificate, or no password yet."
        return fault("page", f"{web.address} does not answer: {reason}", remedy)


def _is_ours(body: bytes) -> bool:
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("status") in _OURS


def _could_be(config: Config) -> Finding:
    web = config.web
    family = socket.AF_INET6 if ":" in web.listen else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((web.listen, web.port))
        except OSError as error:
            remedy = f"sudo ss -ltnp 'sport = :{web.port}' tells who has it; or choose another web.port."
            return warning("page", f"port {web.port} can't be had: {error.strerror}", remedy)
    return ok("page", f"{web.address}, once the daemon runs")


def _here(bind: str) -> str:
    """Where to ask from this machine."""
    if bind in ("0.0.0.0", ""):
        return "127.0.0.1"
    return "[::1]" if bind == "::" else f"[{bind}]" if ":" in bind else bind
