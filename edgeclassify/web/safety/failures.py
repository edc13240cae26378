"""What an endpoint breaks of: answered with one sentence, logged once with its traceback."""

import logging
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.once import Once
from edgeclassify.web.safety.lasting import NoLongerAllowedError
from edgeclassify.web.safety.refusals import RefusedAtDoorError, refusal

log = logging.getLogger(__name__)

MOST_SAID = 100
"""Faults that are logged with their traceback: of more of them the log would be full."""


class Failures:
    """An ASGI layer: nothing gets past it but an answer, or the end of one that has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._said = app, Once()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and answer what comes back as an error."""
        begun = False

        async def noting_send(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        except ClientDisconnect:
            return
        except RefusedAtDoorError as error:
            answer = refusal(error.status, str(error), error.headers)
        except HTTPException as error:
            answer = refusal(HTTPStatus(error.status_code), _sentence(error), error.headers)
        except EdgeClassifyError as error:
            answer = refusal(HTTPStatus.BAD_REQUEST, str(error))
        except NoLongerAllowedError:
            answer = refusal(HTTPStatus.UNAUTHORIZED, "expected you to log in again")
        except Exception as error:  # noqa: BLE001 - a bug in an answer: the daemon and other answers go on
            self._log(scope, error)
            answer = refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "the node failed at this: its log says of what")
        else:
            return
        if begun:
            # Half an answer must not look like a whole one.
            raise ConnectionAbortedError("the answer had begun")
        await answer(scope, receive, send)

    def _log(self, scope: Scope, error: Exception) -> None:
        place = f"{scope['method']} {scope['path'][:200]}"
        key = (type(error), scope["method"], str(error)[:200])
        if len(self._said) < MOST_SAID and self._said.is_news(key):
            log.error("page: %s failed", ascii(place), exc_info=error)


def _sentence(error: HTTPException) -> str:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return "there is nothing here"
    said = error.detail
    return said.lower() if said == HTTPStatus(error.status_code).phrase else said
