"""Names of all that the service keeps about jobs in Redis. The scripts get the same names (`redis_service.py`)."""

from __future__ import annotations

JOB = "ocr:job:"  #: + job id: the record, a hash
UNITS = "ocr:units:"  #: + job id: who works on which unit, how often each was tried; a hash
PAGES = "ocr:pages:"  #: + job id: pages read so far, and pages begun without an end; a hash
RESULT = "ocr:result:"  #: + job id: the result, compressed JSON
OWNED = "ocr:jobs:"  #: + owner: the owner's job ids by the time they were made
FOLLOWERS = "ocr:followers:"  #: + job id: jobs of the same content that this one completes, too
INFLIGHT = "ocr:inflight:"  #: + content: the job that works on it
CACHE = "ocr:cache:"  #: + content: its result, and of how many pages; a hash
CACHE_INDEX = "ocr:cache-index"  #: contents by the time of their last use

READY = "ocr:ready:"  #: + lane: units to be taken, by their turn
TURNS = "ocr:turns:"  #: + lane: owners by the turn at which their next unit comes
TIME = "ocr:virtual-time"  #: lane: the turn of the unit taken last; a hash
WAITING = "ocr:waiting"  #: units that no worker has, by the time since when
DELAYED = "ocr:delayed"  #: units to be tried again, by the time when
LEASES = "ocr:leases"  #: units that a worker has, by the end of its lease
PACE = "ocr:pace"  #: lane: seconds a unit takes, a running mean; a hash

AWAITING = "ocr:awaiting"  #: jobs whose upload is still to come, by the time at which it expires
NOTICED = "ocr:noticed:"  #: + job id: its upload seems to have come, and a worker was told so
DEAD = "ocr:dead"  #: dead letters: job ids by the time they were given up
WEBHOOKS = "ocr:webhooks"  #: ended jobs that somebody wants to be told of, by the time when
EVENTS = "ocr:events"  #: the channel on which changes of jobs are published
TALLY = "ocr:tally"  #: what happened since the service was set up; a hash of numbers
WORKERS = "ocr:workers"  #: live worker processes by their last beat


def lua_table() -> str:
    """The names as a table `K` for scripts: `K.JOB .. id`."""
    names = {name: value for name, value in globals().items() if name.isupper()}
    return "local K = {" + ", ".join(f"{name}='{value}'" for name, value in names.items()) + "}\n"
