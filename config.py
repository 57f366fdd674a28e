"""Settings: the only reader of the environment.

`Settings.from_env()` reads every variable of `env.example` once, checks them all and reports every fault in one
`ConfigurationError`. The result is frozen; the rest of the code gets it handed in and never looks at the environment.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import re
import secrets
from dataclasses import dataclass, fields
from pathlib import Path

from environs import Env, EnvError, EnvValidationError, ValidationError, validate

VERSION = "0.1.0"
SAMPLE_SECRETS = frozenset({"change-me", "changeme", "secret", "dev", "your-secret-key-here"})
SMALLEST_SECRET = 16
#: S3 signs for no longer than a week.
MOST_UPLOAD_TTL = 7 * 86_400
_ORIGIN = re.compile(r"\*|https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")
#: Bytes of a secret of Standard Webhooks, after its prefix.
WEBHOOK_SECRET_PREFIX, WEBHOOK_SECRET_BYTES = "whsec_", range(24, 65)
#: Of the machine's memory (or the container's), for each worker process: it may come to 1.5 GB, the rest is for what
#: runs beside it.
BYTES_PER_WORKER = 2 << 30


class ConfigurationError(Exception):
    """All faults of the settings at once: {variable: what is wrong with it}."""

    def __init__(self, faults: dict[str, list[str]]) -> None:
        self.faults = faults
        lines = [f"  {name}: {' '.join(problems)}" for name, problems in sorted(faults.items())]
        super().__init__("The settings are faulty:\n" + "\n".join(lines))


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of the service; names are the environment variables' in lower case."""

    flask_env: str
    debug: bool
    secret_key: str
    api_keys: dict[str, str]
    admin_token: str
    host: str
    port: int
    trusted_proxies: tuple[str, ...]
    redis_url: str
    data_dir: Path
    upload_folder: Path
    s3_bucket: str
    s3_prefix: str
    s3_endpoint_url: str
    s3_region: str
    upload_ttl: int
    upload_events_token: str
    cors_origins: tuple[str, ...]
    ocr_lang: str
    ocr_model: str
    ocr_model_dir: Path | None
    ocr_runtime: str
    use_gpu: bool
    ocr_workers: int
    ocr_threads: int
    max_content_length: int
    max_image_width: int
    max_image_height: int
    max_image_pixels: int
    max_pdf_pages: int
    default_dpi: int
    max_dpi: int
    request_timeout: int
    max_queue_wait: int
    ocr_timeout_per_page: int
    result_ttl: int
    redis_cache_ttl: int
    cache_max_size: int
    rate_limit_enabled: bool
    rate_limit_requests: int
    rate_limit_window: str
    log_level: str
    log_format: str
    webhook_secret: tuple[str, ...]
    webhook_allowed_networks: tuple[str, ...]
    otel_exporter_otlp_endpoint: str

    @property
    def production(self) -> bool:
        return self.flask_env == "production"

    @property
    def broker_url(self) -> str:
        """Where web and workers meet. Started by hand without REDIS_URL they use the usual local Redis."""
        return self.redis_url or "redis://127.0.0.1:6379/0"

    @property
    def longest_job_seconds(self) -> int:
        """No job may run longer: each page its time limit, and as much again for what lies around the pages."""
        return 2 * self.max_pdf_pages * self.ocr_timeout_per_page + 600

    @classmethod
    def from_env(cls, dotenv: Path | None = None) -> Settings:
        """Read the environment (and `.env` beside this file, which never overrides it).

        Raises `ConfigurationError` with every fault found.
        """
        path = dotenv or Path(__file__).with_name(".env")
        reader = Env(eager=False)
        if path.is_file():
            reader.read_env(str(path), recurse=False)
        values = _read(reader)
        faults = _faults_of(reader)
        if not faults:
            faults = _faults_between(values)
        if faults:
            raise ConfigurationError(faults)
        if not values["secret_key"]:
            values["secret_key"] = _development_secret(values["data_dir"])
        return cls(**{field.name: values[field.name] for field in fields(cls)})


def _read(env: Env) -> dict:
    positive = validate.Range(min=1)
    cores = usable_cores()
    workers = env.int("OCR_WORKERS", default=default_workers(cores, usable_memory()), validate=positive)
    data_dir = Path(env.str("DATA_DIR", default="./data") or "./data").resolve()
    model_dir = env.str("OCR_MODEL_DIR", default="")
    origins = env.str("CORS_ORIGINS", default="", validate=_origins)
    proxies = env.str("TRUSTED_PROXIES", default="", validate=_networks)
    webhook_secret = env.str("WEBHOOK_SECRET", default="", validate=_webhook_secrets)
    callable_networks = env.str("WEBHOOK_ALLOWED_NETWORKS", default="", validate=_networks)
    return {
        "flask_env": env.str(
            "FLASK_ENV", default="development", validate=validate.OneOf(["development", "production"])
        ),
        "debug": env.bool("DEBUG", default=False),
        "secret_key": env.str("SECRET_KEY", default=""),
        "api_keys": _keys(env.str("API_KEYS", default="", validate=_keys) or ""),
        "admin_token": env.str("ADMIN_TOKEN", default="", validate=_secret),
        "host": env.str("HOST", default="127.0.0.1", validate=validate.Length(min=1)),
        "port": env.int("PORT", default=5000, validate=validate.Range(min=1, max=65535)),
        "trusted_proxies": _networks(proxies or ""),
        "redis_url": env.str("REDIS_URL", default=""),
        "data_dir": data_dir,
        "upload_folder": Path(env.str("UPLOAD_FOLDER", default="") or data_dir / "uploads").resolve(),
        "s3_bucket": env.str("S3_BUCKET", default=""),
        "s3_prefix": env.str("S3_PREFIX", default="ocr-uploads"),
        "s3_endpoint_url": env.str("S3_ENDPOINT_URL", default=""),
        "s3_region": env.str("S3_REGION", default="us-east-1", validate=validate.Length(min=1)),
        "upload_ttl": env.int("UPLOAD_TTL", default=900, validate=validate.Range(min=1, max=MOST_UPLOAD_TTL)),
        "upload_events_token": env.str("UPLOAD_EVENTS_TOKEN", default=""),
        "cors_origins": _origins(origins or ""),
        "ocr_lang": env.str("OCR_LANG", default="en", validate=validate.Length(min=1)),
        "ocr_model": env.str("OCR_MODEL", default="PP-OCRv6_small", validate=validate.Length(min=1)),
        "ocr_model_dir": Path(model_dir).resolve() if model_dir else None,
        "ocr_runtime": env.str(
            "OCR_RUNTIME",
            default="auto",
            validate=validate.OneOf(["auto", "openvino", "onnxruntime", "paddle", "null"]),
        ),
        "use_gpu": env.bool("USE_GPU", default=False),
        "ocr_workers": workers,
        # A faulty OCR_WORKERS reads as None here; its fault is told, this default only has to survive until then.
        "ocr_threads": env.int("OCR_THREADS", default=max(1, cores // (workers or 1)), validate=positive),
        "max_content_length": env.int("MAX_CONTENT_LENGTH", default=52_428_800, validate=positive),
        "max_image_width": env.int("MAX_IMAGE_WIDTH", default=4096, validate=validate.Range(min=32)),
        "max_image_height": env.int("MAX_IMAGE_HEIGHT", default=4096, validate=validate.Range(min=32)),
        "max_image_pixels": env.int("MAX_IMAGE_PIXELS", default=100_000_000, validate=validate.Range(min=1024)),
        "max_pdf_pages": env.int("MAX_PDF_PAGES", default=100, validate=positive),
        "default_dpi": env.int("DEFAULT_DPI", default=300, validate=validate.Range(min=72)),
        "max_dpi": env.int("MAX_DPI", default=600, validate=validate.Range(min=72)),
        "request_timeout": env.int("REQUEST_TIMEOUT", default=300, validate=positive),
        "max_queue_wait": env.int("MAX_QUEUE_WAIT", default=600, validate=positive),
        "ocr_timeout_per_page": env.int("OCR_TIMEOUT_PER_PAGE", default=30, validate=positive),
        "result_ttl": env.int("RESULT_TTL", default=86_400, validate=positive),
        "redis_cache_ttl": env.int("REDIS_CACHE_TTL", default=3600, validate=positive),
        "cache_max_size": env.int("CACHE_MAX_SIZE", default=1000, validate=validate.Range(min=0)),
        "rate_limit_enabled": env.bool("RATE_LIMIT_ENABLED", default=True),
        "rate_limit_requests": env.int("RATE_LIMIT_REQUESTS", default=10, validate=positive),
        "rate_limit_window": env.str(
            "RATE_LIMIT_WINDOW", default="minute", validate=validate.OneOf(["second", "minute", "hour", "day"])
        ),
        "log_level": env.str(
            "LOG_LEVEL", default="INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"])
        ),
        "log_format": env.str("LOG_FORMAT", default="auto", validate=validate.OneOf(["auto", "json", "console"])),
        "webhook_secret": _webhook_secrets(webhook_secret or ""),
        "webhook_allowed_networks": _networks(callable_networks or ""),
        "otel_exporter_otlp_endpoint": env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default=""),
    }


def _networks(text: str) -> tuple[str, ...]:
    """`10.0.0.2, 192.168.0.0/16` as networks. Raises ValidationError for a part that is none."""
    try:
        return tuple(str(ipaddress.ip_network(part.strip())) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ValidationError(f"{error}: addresses and networks are wanted, with commas between them.") from error


def _origins(text: str) -> tuple[str, ...]:
    """`https://a.example, http://localhost:3000` or `*`. Raises ValidationError for a part that is no origin."""
    origins = tuple(part.strip() for part in text.split(",") if part.strip())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValidationError(
                f"{origin} is no origin: https://a.example or http://localhost:3000 is wanted, without a path, or *."
            )
    return origins


def _keys(text: str) -> dict[str, str]:
    """`alice:KEY, bob:KEY` as {name: key}. Raises ValidationError for what is none, and for keys easily guessed."""
    pairs = [part.strip().partition(":") for part in text.split(",") if part.strip()]
    for name, _, key in pairs:
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name):
            raise ValidationError(
                "name:key is wanted, with commas between; a name has letters, digits and . _ - alone."
            )
        _secret(key, f"The key of {name}")
    keys = {name: key for name, _, key in pairs}
    if len(keys) < len(pairs) or len(set(keys.values())) < len(pairs):
        raise ValidationError("No name and no key may stand there twice.")
    return keys


def _secret(text: str, what: str = "It") -> None:
    if text and len(text) < SMALLEST_SECRET or not text and what != "It":
        raise ValidationError(f"{what} must have at least {SMALLEST_SECRET} characters.")


def _webhook_secrets(text: str) -> tuple[str, ...]:
    """`whsec_… whsec_…` as secrets. Raises ValidationError, without telling them, for a part that is none."""
    secrets_given = tuple(text.split())
    for secret in secrets_given:
        try:
            key = base64.b64decode(secret.removeprefix(WEBHOOK_SECRET_PREFIX), validate=True)
        except ValueError:
            key = b""
        if not secret.startswith(WEBHOOK_SECRET_PREFIX) or len(key) not in WEBHOOK_SECRET_BYTES:
            raise ValidationError("must be whsec_ and 24 to 64 bytes in base64; several with spaces between them.")
    return secrets_given


def child_environment() -> dict[str, str]:
    """What the processes that this one starts are to inherit."""
    return dict(os.environ)


def tell_libraries(**variables: str) -> None:
    """Set what a library reads from the environment alone, for this process and those it starts."""
    os.environ.update(variables)


def usable_cores() -> int:
    """Cores this process may use: its affinity, bounded by a container's CPU quota (cgroup v2)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, min(cores, int(quota) // int(period)))
    except (OSError, ValueError):  # no cgroup v2 here, or "max": no quota
        return max(1, cores)


def usable_memory() -> int:
    """Bytes of memory of this machine, bounded by a container's limit (cgroup v2). A process that runs reads it closer
    (`utils/memory.py`); this is for a default, and this file imports nothing of ours."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        return min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    except (OSError, ValueError):  # no cgroup v2 here, or "max": no limit
        return memory


def default_workers(cores: int, memory: int) -> int:
    """Worker processes for so many cores and bytes: the fastest split that memory allows, one for each core at best.

    A process's speed grows about as the root of its threads (`make bench-split`).
    """
    most = max(1, min(cores, round(memory / BYTES_PER_WORKER)))
    return max(range(1, most + 1), key=lambda workers: (workers * (cores // workers) ** 0.5, workers))


def _faults_of(env: Env) -> dict[str, list[str]]:
    try:
        env.seal()
    except EnvValidationError as error:
        messages = error.error_messages
        return {name: [str(text) for text in texts] for name, texts in dict(messages).items()}
    except EnvError as error:
        return {"environment": [str(error)]}
    return {}


def _faults_between(values: dict) -> dict[str, list[str]]:
    """Faults that only show when several settings are seen together."""
    faults: dict[str, list[str]] = {}
    if values["default_dpi"] > values["max_dpi"]:
        faults["DEFAULT_DPI"] = [f"is larger than MAX_DPI ({values['max_dpi']})."]
    if values["redis_url"] and not values["redis_url"].startswith(("redis://", "rediss://", "unix://")):
        faults["REDIS_URL"] = ["must begin with redis://, rediss:// or unix://."]
    for name in ("otel_exporter_otlp_endpoint", "s3_endpoint_url"):
        if values[name] and not values[name].startswith(("http://", "https://")):
            faults[name.upper()] = ["must begin with http:// or https://."]
    if values["ocr_model_dir"] and not values["ocr_model_dir"].is_dir():
        faults["OCR_MODEL_DIR"] = ["is not a directory."]
    if values["flask_env"] == "production":
        key = values["secret_key"]
        if not key or key.lower() in SAMPLE_SECRETS or len(key) < SMALLEST_SECRET:
            faults["SECRET_KEY"] = [
                f"must be a secret of at least {SMALLEST_SECRET} characters in production; make one with: "
                'python3 -c "import secrets; print(secrets.token_hex(32))".'
            ]
    return faults


def _development_secret(data_dir: Path) -> str:
    """The secret made at the first start in development, kept beside the data so that restarts share it."""
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigurationError({"DATA_DIR": [f"cannot be written: {error.strerror}: {data_dir}."]}) from error
    return path.read_text().strip()
