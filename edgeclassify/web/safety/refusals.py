"""What is answered where a request is refused before any endpoint sees it: one sentence."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import JSONResponse

from edgeclassify.errors import EdgeClassifyError


class RefusedAtDoorError(EdgeClassifyError):
    """Not let in. `status`: of HTTP; `headers`: of the answer."""

    def __init__(self, status: HTTPStatus, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.headers = status, dict(headers or {})


def refusal(status: HTTPStatus, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer."""
    return JSONResponse({"error": message}, status, headers)
