"""A fake machine for deploy-vps.sh: every program that would change a real one is replaced and records its calls."""

import os
import shutil
import subprocess
from pathlib import Path

from stress.harness import REPOSITORY

DEBIAN = 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
UBUNTU = 'ID=ubuntu\nID_LIKE=debian\nPRETTY_NAME="Ubuntu 24.04"\n'
RECORD = """#!/bin/bash
name=${0##*/}
echo "$name $*" >> "$FAKES/calls"
[[ ! -e $FAKES/do/$name ]] || source "$FAKES/do/$name"
"""
#: What the fake programs do on a healthy machine. `$FAKES/broken` exists while a broken version is running.
PROGRAMS = {
    "id": "echo 0",
    "nproc": "echo 4",
    "getconf": "[[ $1 == PAGE_SIZE ]] && echo 4096 || echo 2048000",
    "df": "printf 'Avail\\n50000\\n'",
    "ss": "true",
    "sleep": "true",
    "apt-get": "[[ $* != *docker.io* ]] || touch $FAKES/docker_is_here",
    "apt-cache": "[[ $2 != docker-compose-plugin ]]",
    "docker": """
        [[ -e $FAKES/docker_is_here ]] || exit 127
        [[ $* != 'compose ps'* || ! -e $FAKES/running ]] || echo 0a1b2c
        [[ $* != 'compose up'* ]] || touch $FAKES/running
        [[ $* != 'compose run'* || $* != *'-cf -'* ]] || echo "the data of $8"
        [[ $* != 'compose run'* || $* != *'-xf -'* ]] || cat > "$FAKES/restored_$8"
    """,
    "docker-compose": "exit 127",  # as if it were missing, although this machine may have one
    "curl": """
        [[ ! -e $FAKES/broken ]] || exit 22
        [[ $* != *predict* ]] || { wc -c > $FAKES/picture; echo '{"text": "CORNER BAKERY\\n12 Mill Lane"}'; }
    """,
    "git": "[[ $1 != rev-parse ]] || echo 0123abc",
    "openssl": "touch nginx/tls/fullchain.pem nginx/tls/privkey.pem",
    "chown": "true",
    "install": '/usr/bin/install "$@"',
    "certbot": "true",
    "systemctl": "true",
}


class Machine:
    """A folder with the script, and a PATH on which the fake programs come first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "ocr"
        self.fakes = folder / "fakes"
        (self.fakes / "bin").mkdir(parents=True)
        (self.fakes / "do").mkdir()
        shutil.copytree(REPOSITORY / "deploy", self.folder / "deploy")
        (self.folder / "docs").mkdir()
        for name in ("deploy-vps.sh", "config.py", "docs/sample.png"):
            shutil.copy(REPOSITORY / name, self.folder / name)
        (self.fakes / "os-release").write_text(DEBIAN)
        (self.fakes / "calls").touch()
        for name, body in PROGRAMS.items():
            self.fake(name, body)

    def fake(self, name: str, body: str) -> None:
        """Replace a program with a shell script."""
        program = self.fakes / "bin" / name
        program.write_text(RECORD)
        program.chmod(0o755)
        (self.fakes / "do" / name).write_text(body)

    def run(self, *options: str, typed: str = "") -> subprocess.CompletedProcess:
        environment = {
            "PATH": f"{self.fakes / 'bin'}:{os.environ['PATH']}",
            "FAKES": str(self.fakes),
            "OS_RELEASE": str(self.fakes / "os-release"),
            "READY_SECONDS": "0",
        }
        (self.fakes / "calls").write_text("")
        return subprocess.run(
            [self.folder / "deploy-vps.sh", *options],
            env=environment,
            cwd=self.folder.parent,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def install(self, *options: str) -> "Machine":
        done = self.run(*options)
        assert done.returncode == 0, done.stdout + done.stderr
        return self

    def calls(self, *words: str) -> list[str]:
        """The recorded calls that contain all these words, in order."""
        calls = (self.fakes / "calls").read_text().splitlines()
        return [call for call in calls if all(word in call for word in words)]

    @property
    def settings(self) -> dict[str, str]:
        lines = (self.folder / ".env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def files(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}
