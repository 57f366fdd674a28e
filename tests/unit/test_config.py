"""Settings: each has its default, each fault is told, all at once."""

import re
from pathlib import Path

import pytest

from config import ConfigurationError, Settings

EXAMPLE = Path(__file__).parents[2] / "env.example"
SETTING = re.compile(r"^#?([A-Z0-9_]+)=(.*)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path):
    for name, _ in SETTING.findall(EXAMPLE.read_text()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


def read(monkeypatch, **values):
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return Settings.from_env(Path("/nonexistent"))


def test_defaults_are_those_of_the_contract(monkeypatch):
    settings = read(monkeypatch)
    assert (settings.flask_env, settings.debug, settings.host, settings.port) == (
        "development",
        False,
        "127.0.0.1",
        5000,
    )
    assert (settings.ocr_lang, settings.ocr_model, settings.ocr_runtime) == ("en", "PP-OCRv6_small", "auto")
    assert (settings.max_content_length, settings.max_pdf_pages) == (52428800, 100)
    assert (settings.default_dpi, settings.max_dpi, settings.ocr_timeout_per_page) == (300, 600, 30)
    assert (settings.request_timeout, settings.result_ttl) == (300, 86400)
    assert (settings.redis_cache_ttl, settings.cache_max_size) == (3600, 1000)
    limit = (settings.rate_limit_enabled, settings.rate_limit_requests, settings.rate_limit_window)
    assert limit == (True, 10, "minute")


def test_the_example_names_every_setting_with_its_default(monkeypatch):
    example = dict(SETTING.findall(EXAMPLE.read_text()))
    assert {name.lower() for name in example} == set(Settings.__dataclass_fields__)
    defaults = read(monkeypatch)
    for name in example:
        monkeypatch.setenv(name, example[name])
    monkeypatch.setenv("DATA_DIR", str(defaults.data_dir))
    for name in ("OCR_WORKERS", "OCR_THREADS"):  # given by the machine, so the example shows one machine's
        monkeypatch.setenv(name, str(getattr(defaults, name.lower())))
    assert Settings.from_env(Path("/nonexistent")) == defaults


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FLASK_ENV", "staging"),
        ("API_KEYS", "alice"),
        ("API_KEYS", "alice:short"),
        ("API_KEYS", "alice:,bob:0123456789abcdef"),
        ("API_KEYS", "@alice:0123456789abcdef"),
        ("API_KEYS", "alice:0123456789abcdef,alice:fedcba9876543210"),
        ("API_KEYS", "alice:0123456789abcdef,bob:0123456789abcdef"),
        ("ADMIN_TOKEN", "short"),
        ("MAX_QUEUE_WAIT", "0"),
        ("DEBUG", "perhaps"),
        ("PORT", "70000"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, nginx"),
        ("TRUSTED_PROXIES", "10.0.0.5/8"),
        ("REDIS_URL", "http://localhost"),
        ("WEBHOOK_SECRET", "c2VjcmV0IHdpdGhvdXQgaXRzIHByZWZpeA=="),
        ("WEBHOOK_SECRET", "whsec_c2hvcnQ="),
        ("WEBHOOK_SECRET", "whsec_not base64"),
        ("WEBHOOK_ALLOWED_NETWORKS", "intranet"),
        ("OCR_RUNTIME", "tensorrt"),
        ("OCR_MODEL_DIR", "/nonexistent/models"),
        ("OCR_WORKERS", "0"),
        ("OCR_THREADS", "many"),
        ("MAX_CONTENT_LENGTH", "-1"),
        ("DEFAULT_DPI", "601"),
        ("RATE_LIMIT_WINDOW", "fortnight"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("S3_ENDPOINT_URL", "minio:9000"),
        ("S3_REGION", ""),
    ],
)
def test_a_faulty_setting_is_named(monkeypatch, name, value):
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, **{name: value})
    assert set(caught.value.faults) == {name}


def test_trusted_proxies_are_addresses_and_networks(monkeypatch):
    proxies = read(monkeypatch, TRUSTED_PROXIES="10.0.0.2, 192.168.0.0/16,fd00::/8").trusted_proxies
    assert proxies == ("10.0.0.2/32", "192.168.0.0/16", "fd00::/8")


def test_all_faults_are_told_together(monkeypatch):
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, PORT="x", LOG_LEVEL="LOUD", OCR_WORKERS="0")
    assert set(caught.value.faults) == {"PORT", "LOG_LEVEL", "OCR_WORKERS"}
    assert all(name in str(caught.value) for name in caught.value.faults)


@pytest.mark.parametrize("key", ["", "change-me", "short"])
def test_production_does_not_start_without_a_secret(monkeypatch, key):
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, FLASK_ENV="production", SECRET_KEY=key)
    assert "SECRET_KEY" in caught.value.faults


def test_production_starts_with_a_secret(monkeypatch):
    assert read(monkeypatch, FLASK_ENV="production", SECRET_KEY="k" * 32).production


def test_the_development_secret_is_made_once_and_kept_private(monkeypatch, tmp_path):
    first = read(monkeypatch).secret_key
    assert read(monkeypatch).secret_key == first and len(first) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_data_folder_that_cannot_be_written_is_a_fault_of_the_settings(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="DATA_DIR"):
        read(monkeypatch, DATA_DIR=str(tmp_path / "file" / "data"))


def test_a_dotenv_file_is_read_and_the_environment_goes_before_it(monkeypatch, tmp_path):
    dotenv = tmp_path / ".env"
    dotenv.write_text("PORT=6001\nOCR_LANG=de\n")
    monkeypatch.setenv("PORT", "6002")
    settings = Settings.from_env(dotenv)
    assert (settings.port, settings.ocr_lang) == (6002, "de")


@pytest.mark.parametrize(
    ("cores", "gigabytes", "workers", "threads"),
    [
        (1, 16, 1, 1),
        (2, 3.8, 2, 1),
        (2, 2, 1, 2),
        (2, 0.9, 1, 2),
        (8, 16, 8, 1),
        (8, 11, 6, 1),
        (6, 8, 3, 2),
        (7, 8, 3, 2),
    ],
)
def test_a_worker_for_each_core_as_far_as_memory_goes(monkeypatch, cores, gigabytes, workers, threads):
    monkeypatch.setattr("config.usable_cores", lambda: cores)
    monkeypatch.setattr("config.usable_memory", lambda: int(gigabytes * 2**30))
    assert (read(monkeypatch).ocr_workers, read(monkeypatch).ocr_threads) == (workers, threads)


def test_threads_default_to_the_cores_divided_by_the_workers(monkeypatch):
    monkeypatch.setattr("config.usable_cores", lambda: 8)
    assert read(monkeypatch, OCR_WORKERS="2").ocr_threads == 4


def test_keys_are_read_by_name(monkeypatch):
    keys = "alice:0123456789abcdef, bob:fedcba9876543210,"
    assert read(monkeypatch, API_KEYS=keys).api_keys == {"alice": "0123456789abcdef", "bob": "fedcba9876543210"}
