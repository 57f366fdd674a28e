"""docker-compose.yml as Docker reads it: variables substituted, anchors resolved."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import yaml

from stress.harness import REPOSITORY

FILE = REPOSITORY / "docker-compose.yml"
PROFILES = ("production", "flower")


def load(**variables: str) -> dict:
    """The file with these variables, as from an `.env`, and its own defaults for all others."""

    def value(found: re.Match) -> str:
        name, default = found[1], found[2]
        return variables.get(name) or default or ""

    filled = re.sub(r"\$\{([A-Z_]+)(?::-([^}]*))?\}", value, FILE.read_text())
    return yaml.safe_load(filled.replace("$$", "$"))


def bytes_of(size: str) -> int:
    """Parse `4g` or `512mb`, the notation of Docker and Redis."""
    number, unit = re.fullmatch(r"(\d+)([kmg])b?", size).groups()
    return int(number) << {"k": 10, "m": 20, "g": 30}[unit]


def find_tool() -> list[str] | None:
    """The command of Compose: Docker's plugin or the standalone program. None if neither is installed."""
    if shutil.which("docker") and not subprocess.run(["docker", "compose", "version"], capture_output=True).returncode:
        return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else None


def tool_reads(tool: list[str], env_file: Path) -> dict:
    """The file as Compose itself reads it, with all profiles."""
    profiles = [word for profile in PROFILES for word in ("--profile", profile)]
    command = [*tool, "--file", str(FILE), "--env-file", str(env_file), *profiles, "config"]
    # No other variables of this machine: they would take precedence over the file.
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)
