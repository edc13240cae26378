"""The page's own files: known by name from the start, sent compressed, and only where they are news."""

import gzip
import hashlib
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from edgeclassify.files import identity
from edgeclassify.lazy_dataclass import dataclass

FOLDER = Path(__file__).parents[1] / "assets"
INDEX = "index.html"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
"""What is served; files with other endings are not."""
_COMPRESSED = frozenset({".html", ".js", ".css", ".json", ".webmanifest", ".svg", ".txt", ".ico"})
_LEAST_GAIN = 200
REVALIDATED = "no-cache"
"""Kept by browsers, and asked for anew each time: 304 where it is the same, so that an upgrade shows at once."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it is sent. `seen`: what changes where it is written anew; `packed`: by gzip, where it gains much;
    `tag`: its ETag, of its content.
    """

    seen: object
    kind: str
    tag: str
    body: bytes
    packed: bytes | None


class Assets:
    """An ASGI app. Nothing is read but files that were in the folder at the start: a path is only looked up."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._paths = {f"/{path.relative_to(folder).as_posix()}": path for path in _files(folder)}
        if f"/{INDEX}" in self._paths:
            self._paths["/"] = self._paths[f"/{INDEX}"]
        self._read: dict[Path, _File] = {}

    @property
    def paths(self) -> frozenset[str]:
        """Where they are, from the page's folder on, with a slash before each."""
        return frozenset(self._paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file that is asked for. Raises HTTPException where there is none."""
        path = self._paths.get(scope["path"])
        if path is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        # A few kilobytes, read once: not worth a thread.
        await _answer(self._file(path), Headers(scope=scope))(scope, receive, send)

    def _file(self, path: Path) -> _File:
        seen = identity(path)
        known = self._read.get(path)
        if known is not None and known.seen == seen:
            return known
        try:
            body = path.read_bytes()
        except OSError as error:  # an upgrade goes on
            raise HTTPException(HTTPStatus.NOT_FOUND) from error
        packed = gzip.compress(body, 9, mtime=0) if path.suffix in _COMPRESSED else None
        if packed is not None and len(packed) > len(body) - _LEAST_GAIN:
            packed = None
        tag = hashlib.sha256(body).hexdigest()[:20]
        self._read[path] = made = _File(seen, TYPES[path.suffix], tag, body, packed)
        return made


def _files(folder: Path) -> Iterable[Path]:
    real = folder.resolve()
    for path in sorted(folder.rglob("*")):
        # No link out of the folder, and nothing that an editor has left there.
        is_ours = path.is_file() and path.resolve().is_relative_to(real)
        if is_ours and path.suffix in TYPES and not path.name.startswith("."):
            yield path


def _answer(file: _File, asked: Headers) -> Response:
    packs = file.packed is not None and _takes_gzip(asked.get("accept-encoding", ""))
    # What is compressed is another thing than what is not, and has another tag.
    tag = f'"{file.tag}-gz"' if packs else f'"{file.tag}"'
    headers = {"ETag": tag, "Cache-Control": REVALIDATED}
    if file.packed is not None:
        headers["Vary"] = "Accept-Encoding"
    if tag in (one.strip().removeprefix("W/") for one in asked.get("if-none-match", "").split(",")):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if packs:
        headers["Content-Encoding"] = "gzip"
    return Response(file.packed if packs else file.body, headers=headers, media_type=file.kind)


def _takes_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        name, _, weight = part.strip().partition(";")
        if name.strip() in ("gzip", "x-gzip"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
