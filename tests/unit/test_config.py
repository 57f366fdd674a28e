"""Settings: defaults, parsing, and the report of all faults."""

import re
from pathlib import Path

import pytest

from config import ConfigurationError, Settings, env_example, python_variables

ENV_EXAMPLE = Path(__file__).parents[2] / "env.example"
NAMES = [field.upper() for field in Settings.__dataclass_fields__]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path):
    for name in NAMES:
        monkeypatch.setenv(name, "")  # so that monkeypatch also removes what a test reads from a .env file
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


def read(monkeypatch, **values):
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return Settings.from_env(Path("/nonexistent"))


def test_the_defaults_are_those_of_the_contract(monkeypatch):
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


def test_env_example_is_generated_from_the_declarations():
    assert ENV_EXAMPLE.read_text() == env_example(), "run `make docs`"


def test_env_example_explains_each_setting_and_gives_its_default(monkeypatch):
    explained = re.findall(r"^# .*\n#?([A-Z0-9_]+)=", env_example(), re.MULTILINE)
    assert explained == NAMES
    example = dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", env_example(), re.MULTILINE))
    assert set(NAMES) - set(example) == {"OCR_WORKERS", "OCR_THREADS"}  # their defaults depend on the machine
    defaults = read(monkeypatch)
    assert read(monkeypatch, **{**example, "DATA_DIR": str(defaults.data_dir)}) == defaults


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FLASK_ENV", "staging"),
        ("API_KEYS", "alice"),
        ("API_KEYS", "alice:short"),
        ("API_KEYS", "alice:,bob:0123456789abcdef"),
        ("API_KEYS", "@alice:0123456789abcdef"),
        ("API_KEYS", "acct_1:0123456789abcdef"),
        ("API_KEYS", "0123456789abcdef,0123456789abcdef"),
        ("REGISTRATION", "yes"),
        ("REGISTRATION_LIMIT", "0"),
        ("FAILED_KEY_LIMIT", "0"),
        ("ACCOUNT_PAGES_PER_DAY", "-1"),
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
        ("UPLOAD_TTL", "604801"),
        ("CORS_ORIGINS", "https://a.example/path"),
        ("DEFAULT_DPI", "601"),
        ("RATE_LIMIT_WINDOW", "fortnight"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("S3_ENDPOINT_URL", "minio:9000"),
        ("S3_REGION", ""),
    ],
)
def test_an_invalid_setting_is_named(monkeypatch, name, value):
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, **{name: value})
    assert set(caught.value.faults) == {name}


def test_trusted_proxies_are_addresses_and_networks(monkeypatch):
    proxies = read(monkeypatch, TRUSTED_PROXIES="10.0.0.2, 192.168.0.0/16,fd00::/8").trusted_proxies
    assert proxies == ("10.0.0.2/32", "192.168.0.0/16", "fd00::/8")


def test_all_faults_are_reported_together(monkeypatch):
    faulty = {
        "PORT": "x",
        "LOG_LEVEL": "LOUD",
        "OCR_WORKERS": "0",
        "MAX_DPI": "100",
        "FLASK_ENV": "production",
        "REDIS_URL": "http://localhost",
    }
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, **faulty)
    assert set(caught.value.faults) == {"PORT", "LOG_LEVEL", "OCR_WORKERS", "DEFAULT_DPI", "SECRET_KEY", "REDIS_URL"}
    assert all(name in str(caught.value) for name in caught.value.faults)


def test_secrets_are_long_and_the_message_does_not_contain_them(monkeypatch):
    tokens = dict.fromkeys(("ADMIN_TOKEN", "UPLOAD_EVENTS_TOKEN", "WEBHOOK_SECRET"), "hunter2")
    faulty = {**tokens, "API_KEYS": "alice:hunter2"}
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, **faulty)
    assert set(caught.value.faults) == set(faulty) and "hunter2" not in str(caught.value)


@pytest.mark.parametrize("key", ["", "change-me", "short", "your-secret-key-here", "YOUR-SECRET-KEY-HERE"])
def test_production_does_not_start_without_a_secret(monkeypatch, key):
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, FLASK_ENV="production", SECRET_KEY=key)
    assert "SECRET_KEY" in caught.value.faults


@pytest.mark.parametrize("password", ["change-me", "only-for-development"])
def test_production_does_not_start_with_a_sample_password(monkeypatch, password):
    url = f"redis://:{password}@redis:6379/0"
    assert read(monkeypatch, REDIS_URL=url).redis_url == url
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, FLASK_ENV="production", SECRET_KEY="k" * 32, REDIS_URL=url)
    assert set(caught.value.faults) == {"REDIS_URL"}


def test_production_starts_with_a_secret(monkeypatch):
    assert read(monkeypatch, FLASK_ENV="production", SECRET_KEY="k" * 32).flask_env == "production"


def test_the_development_secret_is_generated_once_and_private(monkeypatch, tmp_path):
    first = read(monkeypatch).secret_key
    assert read(monkeypatch).secret_key == first and len(first) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_data_folder_that_is_not_writable_is_a_fault(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="DATA_DIR"):
        read(monkeypatch, DATA_DIR=str(tmp_path / "file" / "data"))


def test_the_environment_overrides_a_dotenv_file(monkeypatch, tmp_path):
    dotenv = tmp_path / ".env"
    dotenv.write_text("PORT=6001\nOCR_LANG=de\n")
    monkeypatch.setenv("PORT", "6002")
    settings = Settings.from_env(dotenv)
    assert (settings.port, settings.ocr_lang) == (6002, "de")


def test_api_keys_are_read_by_name(monkeypatch):
    keys = "alice:0123456789abcdef, bob:fedcba9876543210,"
    assert read(monkeypatch, API_KEYS=keys).api_keys == {"alice": "0123456789abcdef", "bob": "fedcba9876543210"}


def test_api_keys_may_be_a_plain_list_in_any_order(monkeypatch):
    """The owner's name must not depend on the other keys: jobs belong to it."""
    first, second = "0123456789abcdef", "fedcba9876543210"
    one, other = read(monkeypatch, API_KEYS=f"{first},{second}"), read(monkeypatch, API_KEYS=f" {second}, {first} ")
    assert one.api_keys == other.api_keys and set(one.api_keys.values()) == {first, second}
    assert all(re.fullmatch("key-[0-9a-f]{12}", name) for name in one.api_keys)
    mixed = read(monkeypatch, API_KEYS=f"{first},bob:{second}").api_keys
    assert mixed["bob"] == second and first in mixed.values()


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("Off", False), ("no", False)])
def test_booleans_have_several_spellings(monkeypatch, text, value):
    assert read(monkeypatch, USE_GPU=text).use_gpu is value


def test_folders_are_absolute_and_uploads_default_to_the_data_folder(monkeypatch, tmp_path):
    assert read(monkeypatch).upload_folder == tmp_path / "uploads"
    monkeypatch.chdir(tmp_path)
    assert read(monkeypatch, UPLOAD_FOLDER="elsewhere").upload_folder == tmp_path / "elsewhere"
    assert read(monkeypatch, DATA_DIR="").data_dir == tmp_path / "data"


def test_only_variables_of_python_are_passed_on(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/given")
    monkeypatch.setenv("SECRET_KEY", "secret")
    assert python_variables()["PYTHONPATH"] == "/given"
    assert python_variables().keys() <= {"PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH"}
