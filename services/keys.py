"""Names of all Redis keys, and the constants that Python and the Lua scripts share.

`lua_tables()` gives both to the scripts: the keys as table `K`, the constants as table `C` (`C.DEAD_LETTER_TTL`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

JOB = "ocr:job:"  #: + job id. Hash: the job record.
UNITS = "ocr:units:"  #: + job id. Hash: for each unit, the token of its worker and the number of attempts.
PAGES = "ocr:pages:"  #: + job id. Hash: finished pages, and how often each unfinished step was started.
RESULT = "ocr:result:"  #: + result id (of the job that did the work). String: the result as compressed JSON.
RESULT_JOBS = "ocr:result-jobs:"  #: + result id. Sorted set: jobs that have this result, by the time when it expires.
OUTPUTS = "ocr:outputs"  #: Sorted set: results with generated files, by the time when to check whether they expired.
OWNED = "ocr:jobs:"  #: + owner. Sorted set: the owner's job ids by creation time.
FOLLOWERS = "ocr:followers:"  #: + job id. Set: jobs with the same content, which end together with this one.
INFLIGHT = "ocr:inflight:"  #: + cache key. String: id of the job that is working on this content.
CACHE = "ocr:cache:"  #: + cache key. Hash: `job`, the id of the result, and its number of pages.
CACHE_INDEX = "ocr:cache-index"  #: Sorted set: cache keys by last use.
BATCH = "ocr:batch:"  #: + batch id. String: the owner and the files of a batch, as JSON.
IDEMPOTENCY = "ocr:idempotency:"  #: + hash of owner and Idempotency-Key. String: fingerprint of the request, its jobs.
IDEMPOTENCY_OF = "ocr:idempotency-of:"  #: + owner. Sorted set: the owner's keys of this kind, by the time of use.

READY = "ocr:ready:"  #: + lane. Sorted set: units that can be taken, by turn.
TURNS = "ocr:turns:"  #: + lane. Sorted set: owners by the turn of their next unit.
TIME = "ocr:virtual-time"  #: Hash: for each lane, the turn of the unit taken last; `taken`: number of units taken.
HEAVY = "ocr:heavy"  #: Sorted set: owners whose pages made others wait, by the time until when they are heavy owners.
WAITING = "ocr:waiting"  #: Sorted set: units without a worker, by the time since when they wait.
DELAYED = "ocr:delayed"  #: Sorted set: units to try again, by the time when.
LEASES = "ocr:leases"  #: Sorted set: units that a worker holds, by the time when the lease ends.
PACE = "ocr:pace"  #: Hash: for each lane, seconds per unit as a running mean.

AWAITING = "ocr:awaiting"  #: Sorted set: announced jobs that have not started, by the time when their upload expires.
NOTICED = "ocr:noticed:"  #: + job id. String, expires: a process is already handling the arrival of this upload.
FETCHES = "ocr:fetches"  #: Sorted set: announced jobs whose file a worker fetches, by the time when it is due.
DEAD = "ocr:dead"  #: Sorted set: dead letters (job ids), by the time when the job failed.
DEAD_OF = "ocr:dead:"  #: + owner. Sorted set: the owner's dead letters, and some that no longer are, by the same time.
WEBHOOKS = "ocr:webhooks"  #: Sorted set: ended jobs with a webhook to send, by the time when it is due.
EVENTS = "ocr:events"  #: Pub/sub channel: changes of jobs.
COUNTERS = "ocr:tally"  #: Hash: service-wide counters. Keeps its original name so that an upgrade keeps them.
WORKERS = "ocr:workers"  #: Sorted set: worker processes by the time of their last heartbeat.
WORKER = "ocr:worker:"  #: + worker name. String, expires: what the worker last reported about itself, as JSON.
SWEEPER = "ocr:sweeper"  #: + kind of round. String, expires: a sweeper has done this round.
KNOWN_PICTURE_FRESH = "ocr:known-picture:fresh"  #: String, expires in seconds: the last report, used again as it is.
KNOWN_PICTURE_LAST = "ocr:known-picture:last"  #: String, expires in minutes: the last report.
KNOWN_PICTURE_JOB = "ocr:known-picture:job"  #: String, expires: id of the check's job in progress.

ACCOUNT = "ocr:account:"  #: + account id. Hash: the account and its limits. Never expires.
ACCOUNTS = "ocr:accounts"  #: Sorted set: account ids by creation time.
ACCOUNT_OF = "ocr:account-of:"  #: + normalised e-mail address. String: account id.
ACCOUNT_KEYS = "ocr:account-keys:"  #: + account id. Set: SHA-256 digests of its API keys.
ACCESS_KEY = "ocr:access-key:"  #: + SHA-256 digest of an API key. Hash: its account, id, name, scopes and expiry.
USAGE = "ocr:usage:"  #: + owner. Hash: requests and pages in total, by day and by month; reserved pages; running jobs.
REQUESTS = "ocr:requests:"  #: + account id. Sorted set: the recent requests that create work, by time.
REGISTRATIONS = "ocr:registrations:"  #: + address. String, expires: registrations from there in this hour.
FAILED_KEYS = "ocr:failed-keys:"  #: + address. String, expires: rejected keys from there in this minute.
AUDIT = "ocr:audit"  #: Stream, bounded: changes of accounts.
REFUSALS = "ocr:refusals"  #: Stream, bounded: refused requests. They cannot displace the changes.
REFUSED = "ocr:refused:"  #: + account id or address. Hash, expires: refusals of this minute in the audit log, by event.


@dataclass(frozen=True, slots=True)
class SharedConstants:
    """Values that Python and the scripts both use. Times are in seconds."""

    #: A worker process without a heartbeat for this long counts as dead.
    worker_timeout_seconds: int = 12

    #: Short jobs wait in one lane and long jobs in another, so that they do not block each other.
    quick_lane: str = "quick"
    bulk_lane: str = "bulk"
    #: While both lanes have units, a round takes this many from each.
    quick_turns: int = 3
    bulk_turns: int = 1
    #: Time per unit that is assumed until one has been measured.
    quick_pace: float = 1.0
    bulk_pace: float = 5.0

    #: A unit makes way when one of its pages takes this many times as long as a quick unit usually does (at least and
    #: at most so many seconds), and short jobs of other owners have waited for long.
    heavy_pages: int = 3
    min_patience: float = 1.0
    max_patience: float = 10.0
    long_wait: float = 0.5
    #: Then all units of its owner wait in this lane, for so many times as long as the page has taken, and at most for
    #: so many seconds. One worker never takes units from there, if there are several. It is the first lane once in so
    #: many units, so that it is never forgotten.
    heavy_lane: str = "heavy"
    heavy_factor: int = 20
    heavy_seconds: int = 60
    heavy_round: int = 5
    heavy_pace: float = 15.0

    #: A dead letter can be replayed for this long.
    dead_letter_ttl: int = 7 * 86_400
    #: Dead letters of one owner, and bytes of their files. The oldest beyond that are dropped.
    dead_letters_per_owner: int = 100
    dead_letter_bytes_per_owner: int = 1 << 30
    #: Time between two checks of generated files whose result is not stored yet.
    output_check_seconds: int = 15
    #: Owner of the service's own check jobs. They are not counted, listed, cached or kept as dead letters.
    probe_owner: str = "@probe"

    #: Owners that begin with this are addresses, or the service itself. Others are accounts and keys of the settings.
    address_owner: str = "@"
    #: Account ids begin with this, and no name of a key of the settings does.
    account_prefix: str = "acct_"
    #: Entries of the audit log: changes of accounts, and refused requests.
    audit_entries: int = 10_000
    refusal_entries: int = 2_000
    #: Usage is stored by day for this long.
    usage_days: int = 62
    #: An expired or revoked key is listed for this long.
    ended_key_ttl: int = 30 * 86_400


SHARED = SharedConstants()


def lua_tables() -> str:
    """Lua source that defines the tables `K` and `C`."""
    keys = {name: value for name, value in globals().items() if name.isupper() and isinstance(value, str)}
    constants = {name.upper(): value for name, value in asdict(SHARED).items()}
    return _lua_table("K", keys) + _lua_table("C", constants)


def _lua_table(name: str, values: Mapping[str, object]) -> str:
    return f"local {name} = {{" + ", ".join(f"{key}={value!r}" for key, value in values.items()) + "}\n"
