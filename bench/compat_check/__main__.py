"""``python -m bench.compat_check [NAME ...]``: try the clients whose names contain one of these, or all.

Prints a line for each check that fails, and a table. The exit code is 1 if a check failed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.compat_check import scene
from bench.compat_check.environments import GITHUB, prepared
from bench.compat_check.table import CLIENTS, Client
from stress.harness import ServiceProcesses

SCRIPTS = Path(__file__).parent / "clients"
ENVIRONMENTS = Path(__file__).parents[2] / ".venv-compat"
SECONDS = 900
#: {check: what is wrong, or empty}
Outcome = dict[str, str]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.compat_check", description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of clients' names")
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS, help="folder of the virtual environments")
    parser.add_argument("--sources", default=GITHUB, help="address of files of repositories, such as a mirror's")
    parser.add_argument("--list", action="store_true", help="print the names of the clients")
    given = parser.parse_args(arguments)
    chosen = [each for each in CLIENTS if not given.names or any(part in each.name for part in given.names)]
    if given.list or not chosen:
        print("\n".join(each.name for each in CLIENTS))
        return 0 if given.list else 1
    with tempfile.TemporaryDirectory() as folder:
        outcomes = try_all(chosen, given.environments, Path(folder), given.sources)
    print(table(outcomes))
    return int(any(problem for outcome in outcomes.values() for problem in outcome.values()))


def try_all(clients: list[Client], environments: Path, folder: Path, sources: str) -> dict[str, Outcome]:
    """{name of the client: outcome}"""
    outcomes = {}
    with (
        ServiceProcesses(folder / "service", **scene.SETTINGS) as service,
        ServiceProcesses(folder / "full", parts=("redis", "web"), **scene.FULL) as full,
    ):
        description = folder / "scene.json"
        scene.write_scene(description, service.url, full.url, scene.draw_files(folder / "files"))
        for client in clients:
            outcomes[client.name] = outcome = try_client(client, environments, description, sources)
            for check, problem in outcome.items():
                if problem:
                    print(f"{client.name}: {check}: {problem}", flush=True)
    return outcomes


def try_client(client: Client, environments: Path, description: Path, sources: str = GITHUB) -> Outcome:
    try:
        python, fetched = prepared(client, environments, sources)
    except (OSError, subprocess.CalledProcessError) as error:
        return {"script": f"the client could not be installed: {error}"}
    command = [str(python), str(SCRIPTS / client.script), str(description), client.argument]
    paths = {"PYTHONPATH": str(fetched)}
    # Clients may not ask a model hub for what they do not need.
    environment = {**os.environ, **paths, "HF_HUB_OFFLINE": "1", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=environment)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"check"')]
    outcome = {line["check"]: line["problem"] for line in lines}
    if done.returncode or not outcome:
        outcome["script"] = (done.stderr.strip().splitlines() or ["no output"])[-1]
    return outcome


def table(outcomes: dict[str, Outcome]) -> str:
    """A row for each client, a column for each check."""
    checks = list(dict.fromkeys(check for outcome in outcomes.values() for check in outcome))
    rows = [["client", *checks], ["---"] * (len(checks) + 1)]
    marks = {None: "", "": "ok"}
    rows += [[name, *(marks.get(found.get(check), "FAILED") for check in checks)] for name, found in outcomes.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
