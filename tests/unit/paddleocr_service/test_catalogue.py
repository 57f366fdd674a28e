"""Which models are here, and what is said about those that are not."""

import subprocess
import sys
import time

import pytest

from paddleocr_service import Catalogue, ModelNotAvailable, RuntimeNotAvailable
from tests.support.models import put_model


@pytest.fixture(autouse=True)
def no_downloads(monkeypatch, tmp_path):
    """PaddleX's own folder of downloads is an empty one."""
    monkeypatch.setenv("PADDLE_PDX_CACHE_HOME", str(tmp_path / "paddlex"))
    return tmp_path / "paddlex" / "official_models"


@pytest.fixture
def catalogue(tmp_path):
    def make(**settings):
        return Catalogue(cache_dir=tmp_path / "cache", runtime="onnxruntime", **settings)

    return make


def test_the_default_model_comes_with_the_installation(catalogue):
    models = catalogue().resolve("en")
    assert models.names == ("PP-OCRv6_small_det", "PP-OCRv6_small_rec", "PP-OCRv6_tiny_rec")
    assert models.alphabet == "latin"
    assert all(path.is_file() for model in (models.detector, models.recogniser) for path in model.weights())


def test_tiny_and_the_fifth_family_come_with_it_too(catalogue):
    assert catalogue(model="PP-OCRv6_tiny").resolve("en").names == ("PP-OCRv6_tiny_det", "PP-OCRv6_tiny_rec")
    assert catalogue(model="PP-OCRv5_mobile").resolve("ch").names == ("PP-OCRv5_mobile_det", "PP-OCRv5_mobile_rec")


def test_a_missing_model_is_refused_at_once_with_its_name_and_the_command(catalogue):
    started = time.monotonic()
    with pytest.raises(ModelNotAvailable) as refused:
        catalogue().resolve("ko")
    assert time.monotonic() - started < 0.5
    assert "python -m paddleocr_service install korean_PP-OCRv5_mobile_rec" in refused.value.message
    assert refused.value.code == "model_not_available"


def test_a_family_that_is_not_here_is_refused_the_same_way(catalogue):
    with pytest.raises(ModelNotAvailable, match="install PP-OCRv5_server_det"):
        catalogue(model="PP-OCRv5_server").resolve("en")


def test_a_family_that_nobody_made_is_refused_when_it_is_named(catalogue):
    with pytest.raises(ModelNotAvailable, match="no model family 'PP-OCRv9'.*PP-OCRv6_small"):
        catalogue(model="PP-OCRv9")


def test_the_operators_folder_serves_a_language_that_nothing_else_does(catalogue, tmp_path):
    put_model(tmp_path / "models", "korean_PP-OCRv5_mobile_rec")
    models = catalogue(model_dir=tmp_path / "models").resolve("ko")
    assert models.recogniser.directory == tmp_path / "models" / "korean_PP-OCRv5_mobile_rec"
    assert models.detector.bundled is not None


def test_the_operators_folder_comes_before_the_wheels(catalogue, tmp_path):
    folder = put_model(tmp_path / "models", "PP-OCRv6_small_rec")
    assert catalogue(model_dir=tmp_path / "models").resolve("en").recogniser.directory == folder


def test_a_model_that_paddlex_downloaded_is_found(catalogue, no_downloads):
    put_model(no_downloads, "korean_PP-OCRv5_mobile_rec_onnx")
    assert catalogue().languages()["korean"]


def test_a_model_in_the_other_format_does_not_count(catalogue, no_downloads):
    put_model(no_downloads, "korean_PP-OCRv5_mobile_rec", "paddle")
    assert not catalogue().languages()["korean"]


def test_a_half_copied_model_does_not_count(catalogue, tmp_path):
    folder = put_model(tmp_path / "models", "korean_PP-OCRv5_mobile_rec")
    (folder / "inference.yml").unlink()
    assert "korean_PP-OCRv5_mobile_rec" not in catalogue(model_dir=tmp_path / "models").installed()


def test_installed_and_installable_share_out_the_official_models(catalogue):
    made = catalogue()
    assert "PP-OCRv6_small_rec" in made.installed()
    assert "korean_PP-OCRv5_mobile_rec" in made.installable()
    assert not set(made.installed()) & set(made.installable())


def test_languages_tell_which_can_be_read_now(catalogue):
    usable = catalogue().languages()
    assert usable["en"] and usable["de"] and usable["japan"]
    assert not usable["korean"] and not usable["ta"]


def test_the_identity_is_the_same_for_the_same_models(catalogue):
    assert catalogue().identity("en") == catalogue().identity("english")


def test_the_identity_changes_with_the_language_the_family_and_the_runtime(catalogue, tmp_path):
    seen = {catalogue().identity("en"), catalogue().identity("de"), catalogue(model="PP-OCRv6_tiny").identity("en")}
    assert len(seen) == 3
    assert catalogue().identity("en").startswith("onnxruntime:PP-OCRv6_small_det+PP-OCRv6_small_rec+PP-OCRv6_tiny_rec")


def test_the_identity_changes_when_weights_are_replaced_under_the_same_name(catalogue, tmp_path):
    folder = put_model(tmp_path / "models", "PP-OCRv6_small_rec")
    made = catalogue(model_dir=tmp_path / "models")
    before = made.identity("en")
    (folder / "inference.onnx").write_text("retrained")
    assert made.identity("en") != before


def test_a_runtime_that_is_not_installed_names_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr("paddleocr_service.runtimes._installed", lambda runtime: False)
    with pytest.raises(RuntimeNotAvailable, match="pip install paddlepaddle==3.2.2"):
        Catalogue(runtime="paddle")


def test_asking_the_catalogue_imports_nothing_heavy():
    heavy = ["numpy", "cv2", "PIL", "yaml", "paddleocr", "paddlex", "onnxruntime", "openvino"]
    code = (
        "import sys; from paddleocr_service import Catalogue; Catalogue().languages(); Catalogue().identity('en');"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_scout_reads_first_only_within_an_alphabet_that_it_knows(catalogue):
    assert catalogue().resolve("de").scout.name == "PP-OCRv6_tiny_rec"
    for lang, family in [("ch", "PP-OCRv6_small"), ("japan", "PP-OCRv6_small"), ("en", "PP-OCRv6_tiny")]:
        assert catalogue(model=family).resolve(lang).scout is None
    assert catalogue().resolve("ch").alphabet is None
