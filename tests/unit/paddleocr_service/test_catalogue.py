"""Which models are available, and the errors for those that are not."""

import subprocess
import sys
import time

import pytest

from paddleocr_service import Catalogue, ModelNotAvailable, RuntimeNotAvailable
from paddleocr_service.bundled import BundledModel
from paddleocr_service.recognisers import language_data
from tests.support.models import create_model_folder


@pytest.fixture(autouse=True)
def downloads(monkeypatch, tmp_path):
    """PaddleX's download folder, which is empty."""
    monkeypatch.setenv("PADDLE_PDX_CACHE_HOME", str(tmp_path / "paddlex"))
    return tmp_path / "paddlex" / "official_models"


@pytest.fixture(autouse=True)
def no_language_data(monkeypatch):
    monkeypatch.setattr(language_data, "is_tesseract_installed", lambda: False)


@pytest.fixture
def create_catalogue(tmp_path):
    def create(**settings):
        return Catalogue(cache_dir=tmp_path / "cache", runtime="onnxruntime", **settings)

    return create


def test_default_model_is_installed(create_catalogue):
    models = create_catalogue().resolve("en")
    assert models.names == ("PP-OCRv6_small_det", "PP-OCRv6_small_rec", "PP-OCRv6_tiny_rec")
    assert models.alphabet == "latin"
    assert all(path.is_file() for model in (models.detector, models.recogniser) for path in model.weights())


def test_v6_tiny_and_v5_mobile_are_installed(create_catalogue):
    tiny, v5 = create_catalogue(model="PP-OCRv6_tiny"), create_catalogue(model="PP-OCRv5_mobile")
    assert tiny.resolve("en").names == ("PP-OCRv6_tiny_det", "PP-OCRv6_tiny_rec")
    assert v5.resolve("ch").names == ("PP-OCRv5_mobile_det", "PP-OCRv5_mobile_rec")


def test_missing_model_fails_at_once_with_the_install_command(create_catalogue):
    started = time.monotonic()
    with pytest.raises(ModelNotAvailable) as caught:
        create_catalogue().resolve("ko")
    assert time.monotonic() - started < 5, "no attempt to download it"
    assert "python -m paddleocr_service install korean (the model korean_PP-OCRv5_mobile_rec" in caught.value.message
    assert caught.value.code == "model_not_available"


def test_missing_family_fails_with_the_install_command(create_catalogue):
    with pytest.raises(ModelNotAvailable, match="install PP-OCRv5_server_det"):
        create_catalogue(model="PP-OCRv5_server").resolve("en")


def test_unknown_family_fails_at_construction(create_catalogue):
    with pytest.raises(ModelNotAvailable, match="Unknown model family 'PP-OCRv9'.*PP-OCRv6_small"):
        create_catalogue(model="PP-OCRv9")


def test_model_folder_adds_a_language(create_catalogue, tmp_path):
    create_model_folder(tmp_path / "models", "korean_PP-OCRv5_mobile_rec")
    models = create_catalogue(model_dir=tmp_path / "models").resolve("ko")
    assert models.recogniser.source == tmp_path / "models" / "korean_PP-OCRv5_mobile_rec"
    assert isinstance(models.detector.source, BundledModel)


def test_model_folder_has_priority_over_wheels(create_catalogue, tmp_path):
    folder = create_model_folder(tmp_path / "models", "PP-OCRv6_small_rec")
    assert create_catalogue(model_dir=tmp_path / "models").resolve("en").recogniser.source == folder


def test_model_downloaded_by_paddlex_is_found(create_catalogue, downloads):
    create_model_folder(downloads, "korean_PP-OCRv5_mobile_rec_onnx")
    assert create_catalogue().languages()["korean"]


def test_model_in_the_other_format_is_ignored(create_catalogue, downloads):
    create_model_folder(downloads, "korean_PP-OCRv5_mobile_rec", "paddle")
    assert not create_catalogue().languages()["korean"]


def test_incomplete_model_is_ignored(create_catalogue, tmp_path):
    folder = create_model_folder(tmp_path / "models", "korean_PP-OCRv5_mobile_rec")
    (folder / "inference.yml").unlink()
    assert "korean_PP-OCRv5_mobile_rec" not in create_catalogue(model_dir=tmp_path / "models").installed()


def test_each_model_is_either_installed_or_installable(create_catalogue):
    catalogue = create_catalogue()
    assert "PP-OCRv6_small_rec" in catalogue.installed()
    assert "korean_PP-OCRv5_mobile_rec" in catalogue.installable()
    assert not set(catalogue.installed()) & set(catalogue.installable())


def test_languages_report_availability(create_catalogue):
    available = create_catalogue().languages()
    assert available["en"] and available["de"] and available["japan"]
    assert not available["korean"] and not available["ta"]


def test_identity_is_stable(create_catalogue):
    assert create_catalogue().identity("en") == create_catalogue().identity("english")


def test_identity_depends_on_language_family_and_runtime(create_catalogue):
    catalogue = create_catalogue()
    tiny = create_catalogue(model="PP-OCRv6_tiny")
    assert len({catalogue.identity("en"), catalogue.identity("de"), tiny.identity("en")}) == 3
    assert catalogue.identity("en").startswith("onnxruntime:PP-OCRv6_small_det+PP-OCRv6_small_rec+PP-OCRv6_tiny_rec")


def test_identity_depends_on_the_weights(create_catalogue, tmp_path):
    folder = create_model_folder(tmp_path / "models", "PP-OCRv6_small_rec")
    catalogue = create_catalogue(model_dir=tmp_path / "models")
    before = catalogue.identity("en")
    (folder / "inference.onnx").write_text("retrained")
    assert catalogue.identity("en") != before


def test_missing_runtime_fails_with_the_install_command(monkeypatch):
    monkeypatch.setattr("paddleocr_service.runtimes._is_installed", lambda runtime: False)
    with pytest.raises(RuntimeNotAvailable, match="pip install paddlepaddle==3.2.2"):
        Catalogue(runtime="paddle")


def test_catalogue_imports_no_heavy_library():
    heavy = ["numpy", "cv2", "PIL", "yaml", "paddleocr", "paddlex", "onnxruntime", "openvino"]
    code = (
        "import sys; from paddleocr_service import Catalogue; Catalogue().languages(); Catalogue().identity('en');"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_fast_recogniser_is_used_only_within_an_alphabet(create_catalogue):
    assert create_catalogue().resolve("de").fast_recogniser.name == "PP-OCRv6_tiny_rec"
    for lang, family in [
        ("ch", "PP-OCRv6_small"),
        ("ro", "PP-OCRv6_small"),
        ("japan", "PP-OCRv6_small"),
        ("en", "PP-OCRv6_tiny"),
    ]:
        assert create_catalogue(model=family).resolve(lang).fast_recogniser is None
    assert create_catalogue().resolve("ch").alphabet is None
