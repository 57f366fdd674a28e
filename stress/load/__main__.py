"""The command line."""

from __future__ import annotations

import argparse
import sys

from stress.load import burst, connections, costs, probes, spread, throughput, upload
from stress.load.wrk import WrkMissing


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench load", description="How much the whole service takes.")
    parts = parser.add_subparsers(dest="part", required=True)
    for name, clients, told in (
        ("throughput", 32, "requests a second, one kind after the other"),
        ("probes", 64, "how long a probe takes meanwhile"),
    ):
        part = parts.add_parser(name, help=told)
        part.add_argument("--clients", type=int, default=clients)
        part.add_argument("--seconds", type=int, default=10)
    part = parts.add_parser("connections", help="thousands that wait at once: for events, and for a result")
    part.add_argument("--connections", type=int, default=5000)
    part.add_argument("--runtime", default="auto", help="`null` for an engine that reads nothing")
    for name, told in (
        ("burst", "more jobs at once than the queue takes, and what becomes of each"),
        ("costs", "what one job costs each part of the service"),
        ("spread", "a scan of 100 pages over one worker and over two"),
        ("upload", "by how much memory grows with a file of 50 MB"),
    ):
        parts.add_parser(name, help=told)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.part == "connections":
            return connections.main(chosen.connections, chosen.runtime)
        if chosen.part in ("burst", "costs", "spread", "upload"):
            return 0 if {"burst": burst, "costs": costs, "spread": spread, "upload": upload}[chosen.part].main() else 1
        {"throughput": throughput, "probes": probes}[chosen.part].main(chosen.clients, chosen.seconds)
    except WrkMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
