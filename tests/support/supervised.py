"""A supervisor in its own process, for tests that signal or kill it: `python -m tests.support.supervised JSON`.

JSON: {"programs": [{fields of Program; "ready": a file that exists when the program is ready}], "start_attempts"?: int}
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

from embedded.program import Program
from embedded.supervisor import Supervisor


def program_from(description: dict[str, Any]) -> Program:
    if ready := description.get("ready"):
        description["ready"] = Path(ready).exists
    for name in ("stop_signal", "death_signal"):
        if name in description:
            description[name] = signal.Signals[description[name]]
    return Program(**description)


if __name__ == "__main__":
    options = json.loads(sys.argv[1])
    programs = [program_from(description) for description in options.pop("programs")]
    supervisor = Supervisor(
        programs,
        report=lambda line: sys.stderr.write(line + "\n"),
        on_ready=lambda name, seconds: sys.stderr.write(f"{name} is ready\n"),
        **options,
    )
    sys.exit(supervisor.run())
