"""A real nginx before the page."""

import socket
import subprocess
import time
from pathlib import Path

from tests.support.broker import free_port
from tests.support.waiting import patient, wait_for

NGINX = "/usr/sbin/nginx"
CONFIG = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
{location}
  }}
}}
"""


class Nginx:
    """`location`: as the documentation has it, with {page} for the page's address."""

    def __init__(self, folder: Path, location: str) -> None:
        self.port, self._folder = free_port(), folder
        folder.mkdir()
        self._file = folder / "nginx.conf"
        self._file.write_text(CONFIG.format(folder=folder, port=self.port, location=location))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Nginx":
        """Returns when it listens."""
        self._process = subprocess.Popen([NGINX, "-c", str(self._file)], stderr=subprocess.PIPE)
        wait_for(self._listens)
        return self

    def stop(self) -> None:
        """Ends it."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(patient(10))
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "error.log").read_text()
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            time.sleep(0.05)
            return False
        return True
