"""A real nginx with the configuration of `nginx/`, with a container's paths and ports replaced by a test's."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from stress.harness import REPOSITORY, free_port, wait_until
from utils.process import tie_to

SOURCE = REPOSITORY / "nginx"


def find_nginx() -> str:
    """The program, which may be only on root's PATH. Skips the test if it is not installed."""
    found = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if not found:
        pytest.skip("nginx is not installed (on Debian and Ubuntu: apt install nginx-light)")
    return found


class Nginx:
    """nginx in front of web servers on `ports`, with the settings that the image fills in when it starts.

    The servers form one `upstream`, which an operator would add next to the templates.
    """

    def __init__(self, folder: Path, *ports: int, tls: bool = False, **settings: object) -> None:
        self.folder = folder
        self.port, self.tls_port, self._health_port = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.tls_url = f"https://localhost:{self.tls_port}"
        self._program = find_nginx()
        self._process: subprocess.Popen | None = None
        self._settings = {
            "MAX_CONTENT_LENGTH": 52428800,
            "REQUEST_TIMEOUT": 300,
            "WEB_ADDRESS": "web_servers",
            "NGINX_LOCAL_RESOLVERS": "127.0.0.1",
            **settings,
        }
        (folder / "conf.d").mkdir(parents=True)
        servers = "".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)
        (folder / "conf.d" / "web_servers.conf").write_text(f"upstream web_servers {{ {servers} }}\n")
        (folder / "tls").mkdir()
        self.certificate = make_certificate(folder / "tls") if tls else None
        for source, target in (
            ("nginx.conf", "nginx.conf"),
            ("problem.inc", "problem.inc"),
            ("trusted-proxies.conf", "trusted-proxies.conf"),
            ("service.inc.template", "conf.d/service.inc"),
        ):
            (folder / target).write_text(self._adapt((SOURCE / source).read_text()))

    def _adapt(self, text: str) -> str:
        """Fill in the settings, and replace a container's ports and folders by this test's."""
        text = re.sub(r"\$\{([A-Z_]+)\}", lambda match: str(self._settings[match[1]]), text)
        for container, test in (
            ("/tmp/", f"{self.folder}/"),
            ("/etc/nginx/tls", f"{self.folder}/tls"),
            ("/var/www/acme", str(self.folder)),
            ("/dev/stdout", f"{self.folder}/access.log"),
            ("listen 8080", f"listen 127.0.0.1:{self.port}"),
            ("listen 8443", f"listen 127.0.0.1:{self.tls_port}"),
            ("listen 127.0.0.1:8081", f"listen 127.0.0.1:{self._health_port}"),
        ):
            text = text.replace(container, test)
        return text

    def test(self) -> str:
        """The output of `nginx -t`, including warnings."""
        return subprocess.run([*self._command(), "-t"], capture_output=True, text=True, timeout=20).stderr

    def _command(self) -> list[str]:
        # Started by root, nginx would run its workers as a user who may not enter the test's folder.
        globals_ = "daemon off; user root;" if os.getuid() == 0 else "daemon off;"
        return [self._program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-g", globals_]

    def start(self) -> Nginx:
        with open(self.folder / "nginx.log", "ab") as log:
            self._process = subprocess.Popen(
                self._command(), stdout=log, stderr=log, preexec_fn=tie_to(os.getpid(), signal.SIGTERM)
            )
        process = self._process
        wait_until(lambda: self._listens() or process.poll() is not None, 10, lambda: f"nginx ({self.log()})")
        assert process.poll() is None, f"nginx ended: {self.log()}"
        return self

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def log(self) -> str:
        return (self.folder / "nginx.log").read_text()

    def access_log(self) -> str:
        return (self.folder / "access.log").read_text()

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


def make_certificate(folder: Path) -> Path:
    """Create a self-signed certificate for localhost: `fullchain.pem` and `privkey.pem`."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    unencrypted = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, unencrypted))
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    return folder / "fullchain.pem"
