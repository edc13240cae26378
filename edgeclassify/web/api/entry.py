"""Logging in and out, and what a browser must know before it has."""

from starlette.responses import Response

from edgeclassify import __version__
from edgeclassify.web.api.interface import ApiBody, Asked, Endpoint
from edgeclassify.web.safety.guard import passed
from edgeclassify.web.safety.origins import OWN_WORD


class SessionFacts(ApiBody):
    """`authenticated`: what is asked here is answered; `csrf`: what the header X-Edgeclassify has to say with
    every change."""

    authenticated: bool
    password_needed: bool
    labels_only: bool
    version: str
    csrf: str = OWN_WORD


class Login(ApiBody):
    """The password that `edgeclassify web password` has shown."""

    password: str


async def _session(asked: Asked) -> Response:
    here = passed(asked.request)
    facts = SessionFacts(
        authenticated=here.entry is not None,
        password_needed=here.door.is_password_needed,
        labels_only=not asked.around.node.facts.shows_pictures,
        # Who is not let in learns nothing that helps in breaking in.
        version=__version__ if here.entry is not None else "",
    )
    response = Response(facts.model_dump_json(), media_type="application/json")
    if here.entry is not None and (cookie := await here.door.renewed(here.entry, here.visitor)):
        response.headers["Set-Cookie"] = cookie
    return response


async def _log_in(asked: Asked) -> Response:
    here, said = passed(asked.request), asked.body
    assert isinstance(said, Login), "as declared"
    cookie = await here.door.log_in(said.password, here.visitor)
    return Response(status_code=204, headers={"Set-Cookie": cookie})


async def _log_out(asked: Asked) -> Response:
    here = passed(asked.request)
    cookie = await here.door.log_out(here.entry, here.visitor)
    return Response(status_code=204, headers={"Set-Cookie": cookie})


_SUBJECT = "access"
ENTRY = (
    Endpoint(
        "GET",
        "/api/session",
        _session,
        "Whether one is logged in, and whether one must be.",
        _SUBJECT,
        gives=SessionFacts,
        is_open=True,
    ),
    Endpoint(
        "POST",
        "/api/login",
        _log_in,
        "Log in: the answer has a cookie that lasts for 30 days.",
        _SUBJECT,
        body=Login,
        most_bytes=4_000,
        is_open=True,
    ),
    Endpoint("POST", "/api/logout", _log_out, "Log out.", _SUBJECT, is_open=True),
)
