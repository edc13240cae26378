"""The page: does it answer at its address?"""

import socket
import ssl
import urllib.error
import urllib.request

from edgeclassify.config import Config
from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, ok, unknown, warning
from edgeclassify.doctor.interface import Finding

_ANSWER_S = 5.0


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
    try:
        with urllib.request.urlopen(url, timeout=_ANSWER_S, context=context):
            return ok("page", f"{web.address} answers")
    except urllib.error.HTTPError as error:  # it does answer
        return ok("page", f"{web.address} answers ({error.code})")
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        remedy = "See service-log for the reason: a port in use, a certificate, or no password yet."
        return fault("page", f"{web.address} does not answer: {reason}", remedy)


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
