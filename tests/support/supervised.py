"""A supervisor in a process of its own, for tests that signal or kill it: `python -m tests.support.supervised JSON`.

JSON: {"children": [{…the fields of Program; "ready": a file that appears when it is ready}], "start_attempts"?: int}
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

from embedded.program import Program
from embedded.supervisor import Supervisor


def child_from(description: dict) -> Program:
    if ready := description.get("ready"):
        description["ready"] = Path(ready).exists
    for name in ("stop_signal", "death_signal"):
        if name in description:
            description[name] = signal.Signals[description[name]]
    return Program(**description)


if __name__ == "__main__":
    plan = json.loads(sys.argv[1])
    children = [child_from(description) for description in plan.pop("children")]
    supervisor = Supervisor(children, on_ready=lambda name, seconds: sys.stderr.write(f"{name} is ready\n"), **plan)
    sys.exit(supervisor.run())
