"""Settings: the only reader of the environment. `Settings` declares each setting once.

`Settings.from_env()` reads all variables and reports all faults together. The result is frozen and passed to the code
that needs it. `python -m config > env.example` (`make docs`) writes the declarations as an example of a `.env`.
"""

from __future__ import annotations

import dataclasses
import inspect
import os
import re
import secrets
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from dotenv import load_dotenv
from marshmallow import ValidationError

from utils.setting_parsers import (
    MIN_SECRET_LENGTH,
    boolean,
    clients,
    folder,
    http_url,
    integer,
    list_of,
    network,
    one_of,
    origin,
    redis_url,
    required,
    secret,
    webhook_secret,
)

VERSION = "0.1.0"
SAMPLE_SECRET = "your-secret-key-here"  # well-known; shorter samples are rejected for their length
#: Secrets of the web server alone. Workers, which parse files, do not get them.
WEB_SECRETS = ("ADMIN_TOKEN", "API_KEYS", "UPLOAD_EVENTS_TOKEN")
SAMPLE_PASSWORDS = ("change-me", "only-for-development")  # of Redis, in k8s/ and docker-compose.yml

T = TypeVar("T")


class ConfigurationError(Exception):
    """All faults of the settings: {variable: what is wrong with it}."""

    def __init__(self, faults: dict[str, str]) -> None:
        self.faults = faults
        super().__init__("\n".join(["Invalid settings:", *(f"  {name}: {faults[name]}" for name in sorted(faults))]))


def setting(default: str | None, parse: Callable[[str], T | None], section: str = "") -> T:
    """Declare a setting. `default` is the text in env.example; None: it depends on the machine."""
    return cast(T, dataclasses.field(metadata={"default": default, "parse": parse, "section": section}))


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """Each field is an environment variable of that name in upper case. Its docstring is the comment in env.example."""

    flask_env: str = setting("development", one_of("development", "production"), "Application")
    """development or production. In production, a missing, short or sample SECRET_KEY prevents the start."""
    debug: bool = setting("false", boolean)
    """Flask's debug mode. Never enable it on a machine that others can reach."""
    secret_key: str = setting("", str)
    """Signs upload URLs and webhooks. Empty: in development, generated at the first start and stored in DATA_DIR."""
    source_url: str = setting("", http_url)
    """Where users of this installation find its source code, which the AGPL demands if you have changed it. Shown at /
    and in the API description. Empty: not shown."""
    compat: tuple[str, ...] = setting("all", list_of(required))
    """Interfaces of other services to offer, separated by commas, such as azure,tika (see docs/compat.md). all or
    none."""

    api_key_enabled: bool = setting("false", boolean, "Access")
    """Every request for a job needs an API key: of an account, or one of API_KEYS. If API_KEYS has any, they do in any
    case. Otherwise clients without a key are identified by their address."""
    api_keys: dict[str, str] = setting("", clients)
    """Keys without an account, as name:key or only the key, separated by commas. Requests send one as
    `Authorization: Bearer KEY`. Each of these clients has access only to its own jobs."""
    admin_token: str = setting("", secret)
    """Bearer token for /admin/..., which manages accounts and dead letters. Empty: only accounts with the scope `admin`
    may use it."""
    registration: str = setting("off", one_of("off", "open", "approve"))
    """Who may create an account with POST /auth/register. off: only administrators create accounts. open: everyone.
    approve: everyone, and an administrator approves each account before its key works."""
    registration_limit: int = setting("5", integer())
    """Registrations per hour and address."""
    failed_key_limit: int = setting("30", integer())
    """Wrong API keys per minute and address that are answered with 401. Further ones get 429."""
    key_grace_seconds: int = setting("86400", integer(0))
    """Seconds for which an API key still works after its account has replaced it."""
    account_pages_per_day: int = setting("0", integer(0))
    """Pages per day (UTC) of an account without a limit of its own. 0: no limit."""
    account_pages_per_month: int = setting("0", integer(0))
    """The same per month."""
    account_concurrent_jobs: int = setting("0", integer(0))
    """Running jobs of an account without a limit of its own. 0: no limit."""
    cors_origins: tuple[str, ...] = setting("", list_of(origin))
    """Origins of web pages that may call the API, such as https://app.example.org, separated by commas; * for all.
    Empty: none. An S3 bucket for direct uploads needs its own CORS rules."""
    rate_limit_enabled: bool = setting("true", boolean)
    """Limit the requests that create work, per client: account, key of API_KEYS, or address."""
    rate_limit_requests: int = setting("10", integer())
    """Requests per client and RATE_LIMIT_WINDOW."""
    rate_limit_window: str = setting("minute", one_of("second", "minute", "hour", "day"))
    """second, minute, hour or day."""

    host: str = setting("127.0.0.1", required, "Network and storage")
    """Address on which the web server listens. In a container, use 0.0.0.0."""
    port: int = setting("5000", integer(1, 65535))
    """Port on which the web server listens."""
    trusted_proxies: tuple[str, ...] = setting("", list_of(network))
    """Proxies in front of the web server: addresses and networks, separated by commas. The client's address, for rate
    limit and log, is read from the X-Forwarded-For header only if it comes from them. Empty: never."""
    public_url: str = setting("", http_url)
    """Address of this service as clients know it, such as https://example.org/ocr-service. For a proxy that changes the
    host name, or adds a path without reporting it. Empty: from the Host header, and from X-Forwarded-Proto and
    X-Forwarded-Prefix of TRUSTED_PROXIES."""
    redis_url: str = setting("", redis_url)
    """redis://, rediss:// or unix://. Empty: `python app.py` starts an embedded Redis; processes that are started
    separately use redis://127.0.0.1:6379/0."""
    data_dir: Path = setting("./data", folder)
    """Folder for the embedded Redis, uploads and the development secret. Keep it across restarts."""
    upload_folder: Path = setting("", folder)
    """Folder for uploads until their job ends. Web and workers must share it. Empty: DATA_DIR/uploads."""
    s3_bucket: str = setting("", str)
    """Store uploads in this bucket of S3 or a compatible service (MinIO, R2, GCS). UPLOAD_FOLDER then holds files only
    while they are received or read. Empty: use UPLOAD_FOLDER."""
    s3_prefix: str = setting("ocr-uploads", str)
    """Prefix of all object names, so that the bucket can be shared."""
    s3_endpoint_url: str = setting("", http_url)
    """Must be reachable for clients that PUT files, too. Empty: AWS. boto3 finds the credentials: AWS_ACCESS_KEY_ID and
    AWS_SECRET_ACCESS_KEY, an instance role, and so on."""
    s3_region: str = setting("us-east-1", required)
    """Region of the bucket."""
    upload_ttl: int = setting("900", integer(1, 7 * 86_400))
    """Seconds within which a file announced with POST /ocr/uploads must arrive; at most one week, as S3 demands."""
    upload_events_token: str = setting("", secret)
    """Bearer token with which S3 posts events to /ocr/uploads/events. Empty: events are rejected, and uploads to S3 are
    found by listing the bucket every few seconds."""

    ocr_lang: str = setting("en", required, "OCR")
    """Language of requests that do not name one."""
    ocr_model: str = setting("PP-OCRv6_small", required)
    """Any official PP-OCR family. PP-OCRv6_small is part of the installation."""
    ocr_model_dir: Path | None = setting("", folder)
    """Folder of model folders (inference.onnx or Paddle's files, and inference.yml), searched first. Empty: none."""
    ocr_runtime: str = setting("auto", one_of("auto", "openvino", "onnxruntime", "paddle", "null"))
    """auto (the fastest one available), openvino, onnxruntime or paddle. null recognizes nothing and is for tests."""
    use_gpu: bool = setting("false", boolean)
    """Requires a runtime built for the GPU."""
    ocr_workers: int | None = setting(None, integer())
    """Worker processes. Default: one per core for which there are 2 GB of memory, the fastest split."""
    ocr_threads: int | None = setting(None, integer())
    """Threads per worker process. Default: the cores divided by the worker processes."""

    max_content_length: int = setting("52428800", integer(), "Limits")
    """Bytes of a request body (50 MB). Larger requests are rejected before their body is read."""
    max_batch_files: int = setting("50", integer())
    """Files of one batch. The request is rejected as soon as one more begins. A client may send as many further files
    of batches (or RATE_LIMIT_REQUESTS, if that is more) per RATE_LIMIT_WINDOW."""
    max_image_width: int = setting("32000", integer(32))
    """Wider images are scaled down for OCR, and polygons are scaled back up. A low limit loses the small print of large
    images."""
    max_image_height: int = setting("32000", integer(32))
    """The same for taller images."""
    max_image_pixels: int = setting("100000000", integer(1024))
    """Images with more pixels are rejected. Decoding this many takes 300 MB."""
    max_pdf_pages: int = setting("100", integer())
    """PDFs with more pages are rejected."""
    default_dpi: int = setting("300", integer(72))
    """Resolution at which PDF pages are rendered if a request does not ask for one."""
    max_dpi: int = setting("600", integer(72))
    """Highest resolution that a request may ask for."""
    request_timeout: int = setting("300", integer())
    """Seconds that a request may wait for its result."""
    max_queue_wait: int = setting("600", integer())
    """Seconds that a job may wait for a worker. While the estimated wait is longer, new jobs are rejected (503)."""
    ocr_timeout_per_page: int = setting("30", integer())
    """Seconds after which the OCR of a page is stopped. Only this page fails."""
    result_ttl: int = setting("86400", integer())
    """Seconds that a result is stored after its job ends."""
    redis_cache_ttl: int = setting("3600", integer())
    """Seconds that the result of a file answers further requests with the same file."""
    cache_max_size: int = setting("1000", integer(0))
    """Number of results in this cache. 0 disables it."""

    webhook_secret: tuple[str, ...] = setting("", list_of(webhook_secret, None), "Webhooks and files by URL")
    """Signs requests to a job's callback_url: whsec_ and 24 to 64 random bytes in base64. To rotate it, set two with a
    space between them, the new one first. Empty: derived from SECRET_KEY; `flask webhook-secret` prints it."""
    fetch_urls: bool = setting("false", boolean)
    """Fetch the file of a job from the `url` that its client names. The workers need access to the internet."""
    webhook_allowed_networks: tuple[str, ...] = setting("", list_of(network))
    """Private networks that a callback_url, or the url of a file, may point to, such as 10.1.0.0/16, separated by
    commas. Empty: none, so that clients cannot reach hosts that only this machine can reach."""

    log_level: str = setting("INFO", one_of("DEBUG", "INFO", "WARNING", "ERROR"), "Logs and traces")
    """DEBUG, INFO, WARNING or ERROR."""
    log_format: str = setting("auto", one_of("auto", "json", "console"))
    """json, console, or auto: console on a terminal, JSON elsewhere."""
    otel_exporter_otlp_endpoint: str = setting("", http_url)
    """OpenTelemetry collector (OTLP over HTTP), such as http://127.0.0.1:4318. Empty: tracing is off."""

    @property
    def broker_url(self) -> str:
        """The Redis that web and workers share. Without REDIS_URL: the usual local one."""
        return self.redis_url or "redis://127.0.0.1:6379/0"

    @classmethod
    def from_env(cls, dotenv: Path | None = None) -> Settings:
        """Read the environment and `.env` beside this file, which never overrides it. Raises ConfigurationError."""
        load_dotenv(dotenv or Path(__file__).with_name(".env"))
        values: dict[str, Any] = {}
        faults: dict[str, str] = {}
        for declared in dataclasses.fields(cls):
            text = os.environ.get(declared.name.upper(), declared.metadata["default"])
            try:
                values[declared.name] = None if text is None else declared.metadata["parse"](text)
            except ValidationError as error:
                faults[declared.name.upper()] = " ".join(map(str, error.messages))
        if faults := faults | _conflicts(values):
            raise ConfigurationError(faults)
        data_dir = values["data_dir"] = values["data_dir"] or Path("./data").resolve()
        values["upload_folder"] = values["upload_folder"] or data_dir / "uploads"
        values["secret_key"] = values["secret_key"] or _development_secret(data_dir)
        return cls(**values)


def _conflicts(values: dict[str, Any]) -> dict[str, str]:
    """Faults of parsed values: those that two settings share, and those outside the text."""
    faults = {}
    if values.get("default_dpi", 0) > values.get("max_dpi", sys.maxsize):
        faults["DEFAULT_DPI"] = f"is larger than MAX_DPI ({values['max_dpi']})."
    if (models := values.get("ocr_model_dir")) and not models.is_dir():
        faults["OCR_MODEL_DIR"] = "is not a directory."
    key, production = values["secret_key"], values.get("flask_env") == "production"
    if production and urlsplit(values.get("redis_url", "")).password in SAMPLE_PASSWORDS:
        faults["REDIS_URL"] = "contains the sample password, which is public. Set another REDIS_PASSWORD."
    if production and (len(key) < MIN_SECRET_LENGTH or key.lower() == SAMPLE_SECRET):
        faults["SECRET_KEY"] = (
            f"must be a secret of at least {MIN_SECRET_LENGTH} characters in production; generate one with: "
            'python3 -c "import secrets; print(secrets.token_hex(32))".'
        )
    return faults


def _development_secret(data_dir: Path) -> str:
    """Create the secret at the first start and store it with the data, so that restarts share it."""
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigurationError({"DATA_DIR": f"cannot be written: {error.strerror}: {data_dir}."}) from error
    return path.read_text().strip()


def worker_environment(environment: dict[str, str]) -> dict[str, str]:
    """An environment without the secrets of the web server. Empty values also hide those in `.env`."""
    return environment | dict.fromkeys(WEB_SECRETS, "")


def child_environment() -> dict[str, str]:
    """The environment for processes that this one starts."""
    return dict(os.environ)


def python_variables() -> dict[str, str]:
    """What Python itself may need to start, for processes that get no other variables: the others have secrets."""
    return {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH") if name in os.environ}


def set_library_variable(name: str, value: str) -> None:
    """Set a variable that a library reads from the environment only."""
    os.environ[name] = value


def env_example() -> str:
    """The declarations as `env.example`."""
    comments = dict(re.findall(r'\n    (\w+): [^\n]*\n    """(.+?)"""', inspect.getsource(Settings), re.DOTALL))
    lines = ["# All settings with their defaults. Copy this file to .env; variables in the environment override it."]
    for declared in dataclasses.fields(Settings):
        name, default, section = declared.name, declared.metadata["default"], declared.metadata["section"]
        lines += ["", f"# --- {section} ---"] if section else []
        lines += textwrap.wrap(" ".join(comments[name].split()), 118, initial_indent="# ", subsequent_indent="# ")
        lines.append(f"#{name.upper()}=" if default is None else f"{name.upper()}={default}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(env_example())
