"""The command line. Exits with 1 if a check did not hold."""

from __future__ import annotations

import argparse
import sys

from bench.machine import describe
from stress import fuzz
from stress.attack import runs as attack
from stress.chaos import runs as chaos
from stress.load import api_keys, burst, connections, costs, probe_latency, spread, throughput, upload
from stress.load.wrk import WrkMissing


def main() -> int:
    chosen = vars(_parser().parse_args())
    chosen.pop("command"), chosen.pop("part", None)
    run = chosen.pop("run")
    print(f"machine   {describe()}")
    try:
        return 0 if run(**chosen) else 1
    except WrkMissing as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m stress", description="Load, chaos and attacks on the whole service."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("chaos", help="processes killed, Redis stopped, a full disk, pages that crash")
    command.add_argument("--only", default="", metavar="WORDS", help="only the runs whose name contains these words")
    command.set_defaults(run=chaos.run)
    command = commands.add_parser("attack", help="bombs, slow clients and floods, while honest clients are measured")
    command.add_argument("--seconds", type=float, default=180, help="how long at least")
    command.add_argument("--only", default="", metavar="WORDS", help="only the bombs whose name contains these words")
    command.add_argument("--endless", action="store_true", help="nothing but six endless pages at the same time")
    command.set_defaults(run=attack.run)
    command = commands.add_parser("fuzz", help="random requests from the API description")
    command.add_argument("--schemathesis", default="schemathesis", metavar="PROGRAM")
    command.add_argument("--examples", type=int, default=50, help="random requests per operation and run")
    command.add_argument("--only", default="", metavar="WORDS", help="only the runs whose name contains these words")
    command.add_argument("--seed", type=int, default=1)
    command.set_defaults(run=fuzz.run)

    load = commands.add_parser("load", help="how much the service handles").add_subparsers(dest="part", required=True)
    for name, module, clients, text in (
        ("throughput", throughput, 32, "requests per second, one kind after the other"),
        ("probes", probe_latency, 64, "response time of health probes meanwhile"),
    ):
        part = load.add_parser(name, help=text)
        part.add_argument("--clients", type=int, default=clients)
        part.add_argument("--seconds", type=int, default=10)
        part.set_defaults(run=module.run)
    part = load.add_parser("keys", help="what an API key costs, and whether refusals take the same time")
    for name, number in (("clients", 16), ("seconds", 2), ("rounds", 7), ("refusals", 1500)):
        part.add_argument(f"--{name}", type=int, default=number)
    part.set_defaults(run=api_keys.run)
    part = load.add_parser("connections", help="thousands of clients that wait for events or for a result")
    part.add_argument("--connections", type=int, default=5000)
    part.add_argument("--runtime", default="auto", help="`null` for an engine that finds no text")
    part.set_defaults(run=connections.run)
    for name, run, text in (
        ("burst", burst.run, "more jobs at once than the queue takes"),
        ("costs", costs.run, "CPU time, memory and bytes of one job"),
        ("spread", spread.run, "a scan of 100 pages with one worker and with two"),
        ("upload", upload.run, "memory growth during an upload of 50 MB"),
    ):
        load.add_parser(name, help=text).set_defaults(run=run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
