"""What an answer may refuse, and the status of HTTP that each error has."""

from http import HTTPStatus

from edgeclassify.errors import (
    ConfigError,
    DownloadError,
    EdgeClassifyError,
    HistoryMissingError,
    ImageError,
    ModelMissingError,
    StorageError,
    UsageError,
)


class RefusedError(EdgeClassifyError):
    """Asked for what can't be answered. `status`: of HTTP."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


_STATUS: tuple[tuple[type[EdgeClassifyError], HTTPStatus], ...] = (
    (UsageError, HTTPStatus.BAD_REQUEST),
    (ConfigError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ImageError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ModelMissingError, HTTPStatus.NOT_FOUND),
    (HistoryMissingError, HTTPStatus.NOT_FOUND),
    (DownloadError, HTTPStatus.BAD_GATEWAY),
    (StorageError, HTTPStatus.INSUFFICIENT_STORAGE),
)


def status_of(error: EdgeClassifyError) -> HTTPStatus:
    """The status that tells of an error; 409 where nothing says otherwise: the node can't do that as it is now."""
    if isinstance(error, RefusedError):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.CONFLICT)
