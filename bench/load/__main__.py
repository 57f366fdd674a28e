"""The command line."""

from __future__ import annotations

import argparse
import sys

from bench.load import burst, throughput
from bench.load.wrk import WrkMissing


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench load", description="How much the whole service takes.")
    parts = parser.add_subparsers(dest="part", required=True)
    part = parts.add_parser("throughput", help="requests a second, one kind after the other")
    part.add_argument("--clients", type=int, default=32)
    part.add_argument("--seconds", type=int, default=10)
    parts.add_parser("burst", help="more jobs at once than the queue takes, and what becomes of each")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.part == "burst":
            return 0 if burst.main() else 1
        throughput.main(chosen.clients, chosen.seconds)
    except WrkMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
