"""A real nginx that offers the service under a path, as an operator may configure it."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Self

from stress.harness import free_port, wait_until
from tests.support.nginx import find_nginx
from utils.process import tie_to

CONFIGURATION = """
pid {folder}/nginx.pid;
error_log stderr warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    server {{
        listen 127.0.0.1:{port};
        location {path}/ {{
            proxy_pass http://127.0.0.1:{service_port}/;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Prefix {path};
        }}
    }}
}}
"""


class PathProxy:
    """A context manager. origin: its address; url: that of the service behind it. Skips without nginx."""

    def __init__(self, folder: Path, service_port: int, path: str) -> None:
        port = free_port()
        self.origin = f"http://127.0.0.1:{port}"
        self.url = self.origin + path
        self._folder, self._program = folder, find_nginx()
        text = CONFIGURATION.format(folder=folder, port=port, path=path, service_port=service_port)
        (folder / "nginx.conf").write_text(text)

    def __enter__(self) -> Self:
        directives = "daemon off; user root;" if os.getuid() == 0 else "daemon off;"
        command = [self._program, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf"), "-g", directives]
        self._process = subprocess.Popen(command, preexec_fn=tie_to(os.getpid(), signal.SIGTERM))
        wait_until((self._folder / "nginx.pid").exists, 10, "nginx")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
