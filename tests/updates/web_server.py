"""A web server on loopback that may fail: break off, drip, say a wrong length, know no ranges."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Web:
    """`files`: what is there. `break_after`: bytes of a body after which the connection ends, each time; `ranges`:
    False: it always sends all; `status`: another one than 200; `asked`: paths and ranges."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.break_after: int | None = None
        self.ranges = True
        self.status = 200
        self.length_off = 0
        self.redirect = ""
        self.asked: list[tuple[str, str, str]] = []
        self.url = ""

    def share(self, folder: Path) -> None:
        """All files below a folder."""
        for one in folder.rglob("*"):
            if one.is_file():
                self.files[f"/{one.relative_to(folder)}"] = one.read_bytes()


@contextmanager
def web_server() -> Iterator[Web]:
    web = Web()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            web.asked.append((self.path, wanted, self.headers.get("Authorization", "")))
            content = web.files.get(self.path)
            if web.redirect:
                self.send_response(302)
                self.send_header("Location", web.redirect)
                self.end_headers()
                return
            if content is None or web.status != 200:
                self.send_error(404 if content is None else web.status)
                return
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and web.ranges else 0
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            body = content[start:]
            self.send_header("Content-Length", str(len(body) + web.length_off))
            self.end_headers()
            self.wfile.write(body if web.break_after is None else body[: web.break_after])
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="web")
    thread.start()
    web.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
