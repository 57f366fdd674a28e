"""Which data reads a language, and when it is used. The data files are empty."""

from pathlib import Path

import pytest

from paddleocr_service import Catalogue, ModelNotAvailable, UnsupportedLanguage
from paddleocr_service.languages import SCRIPT_GROUPS, recogniser_for
from paddleocr_service.recognisers import language_data
from paddleocr_service.recognisers.language_data import data_names, debian_package, find_language_data
from tests.support.models import create_model_folder


@pytest.fixture(autouse=True)
def nothing_else_installed(monkeypatch, tmp_path):
    monkeypatch.setattr(language_data, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(language_data, "is_tesseract_installed", lambda: True)
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    monkeypatch.setenv("PADDLE_PDX_CACHE_HOME", str(tmp_path / "paddlex"))


@pytest.fixture
def catalogue(tmp_path):
    return Catalogue(model_dir=tmp_path / "models", cache_dir=tmp_path / "cache", runtime="onnxruntime")


def install(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"{name}.traineddata").write_bytes(name.encode())


def test_every_language_without_an_official_model_has_data():
    without = [lang for lang in SCRIPT_GROUPS if recogniser_for(lang, "PP-OCRv6_small") is None]
    assert len(without) >= 20 and all(data_names(lang) for lang in without)


@pytest.mark.parametrize(
    ("lang", "names"),
    [
        ("hi", ("hin", "Devanagari")),
        ("bho", ("Devanagari",)),
        ("vi", ("vie",)),
        ("ka", ("kan",)),
        ("kat", ("kat",)),
        ("tt", ("Cyrillic", "tat")),
    ],
)
def test_data_of_the_language_is_preferred_to_that_of_its_script(lang, names):
    assert data_names(lang) == names


@pytest.mark.parametrize(
    ("name", "package"),
    [("hin", "tesseract-ocr-hin"), ("aze_cyrl", "tesseract-ocr-aze-cyrl"), ("Latin", "tesseract-ocr-script-latn")],
)
def test_debian_package(name, package):
    assert debian_package(name) == package


def test_installed_data_reads_a_language_that_pp_ocr_does_not(catalogue, tmp_path):
    with pytest.raises(ModelNotAvailable, match="install vi, or: apt install tesseract-ocr-vie"):
        catalogue.resolve("vi")
    assert catalogue.languages()["vi"] is False
    install(tmp_path / "models" / "tessdata", "vie")
    models = catalogue.resolve("vi")
    assert models.lang == "vi" and models.names[0] == "PP-OCRv6_small_det" and models.names[-1] == "tesseract/vie"
    assert catalogue.languages()["vi"] is True


def test_recogniser_of_each_language_and_a_better_one_are_listed(catalogue, tmp_path):
    assert catalogue.recognisers()["hi"] == (None, "devanagari_PP-OCRv5_mobile_rec")
    assert catalogue.recognisers()["vi"] == (None, "tesseract/vie")
    install(tmp_path / "models" / "tessdata", "Devanagari", "vie", "kor", "Latin")
    create_model_folder(tmp_path / "models", "korean_PP-OCRv5_mobile_rec")
    found = catalogue.recognisers()
    assert found["hi"] == ("tesseract/Devanagari", "devanagari_PP-OCRv5_mobile_rec")
    assert found["vi"] == ("tesseract/vie", None)
    assert found["korean"] == ("korean_PP-OCRv5_mobile_rec", None)
    assert found["en"] == ("PP-OCRv6_small_rec", None)
    assert found.keys() == catalogue.languages().keys()


def test_spanish_marks_are_read_with_its_data(catalogue, tmp_path):
    assert catalogue.resolve("es").signs is None
    assert catalogue.recognisers()["es"] == ("PP-OCRv6_small_rec", "tesseract/spa")
    install(tmp_path / "models" / "tessdata", "spa")
    assert catalogue.resolve("es").names[-1] == "tesseract/spa" and catalogue.resolve("es").language_data is None
    assert catalogue.recognisers()["es"] == ("PP-OCRv6_small_rec", None)
    assert catalogue.resolve("fr").signs is None


def test_official_model_is_preferred(catalogue, tmp_path):
    install(tmp_path / "models" / "tessdata", "kor")
    assert catalogue.resolve("ko").names[-1] == "tesseract/kor"
    create_model_folder(tmp_path / "models", "korean_PP-OCRv5_mobile_rec")
    assert catalogue.resolve("ko").names[-1] == "korean_PP-OCRv5_mobile_rec"


def test_language_that_a_bundled_model_reads_does_not_use_data(catalogue, tmp_path):
    install(tmp_path / "cache" / "tessdata", "deu")
    assert catalogue.resolve("de").language_data is None


def test_operators_folder_comes_first_then_the_variable_then_the_cache(monkeypatch, catalogue, tmp_path):
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path / "prefix"))
    for folder in ("cache/tessdata", "prefix", "models/tessdata"):
        install(tmp_path / folder, "heb")
        assert catalogue.resolve("he").language_data.folder == tmp_path / folder


def test_without_the_library_data_is_of_no_use(monkeypatch, tmp_path):
    install(tmp_path, "heb")
    assert find_language_data("he", [tmp_path]).path == Path(tmp_path / "heb.traineddata")
    monkeypatch.setattr(language_data, "is_tesseract_installed", lambda: False)
    assert find_language_data("he", [tmp_path]) is None


def test_identity_changes_with_the_data(catalogue, tmp_path):
    install(tmp_path / "models" / "tessdata", "heb")
    before = catalogue.identity("he")
    (tmp_path / "models" / "tessdata" / "heb.traineddata").write_bytes(b"newer version")
    assert catalogue.identity("he") != before != catalogue.identity("en")


def test_languages_with_data_share_the_pipeline_of_english(catalogue, tmp_path):
    install(tmp_path / "models" / "tessdata", "heb", "vie")
    assert catalogue.resolve("he").key == catalogue.resolve("vi").key == catalogue.resolve("en").key


@pytest.mark.parametrize("lang", ["hi+en", "en+hin", "hi en", "hi + de"])
def test_several_languages(lang, catalogue, tmp_path):
    install(tmp_path / "models" / "tessdata", "hin")
    models = catalogue.resolve(lang)
    assert [other.lang for other in models.others] == ["hi"] and models.alphabet == "latin"
    assert models.names[-1] == "tesseract/hin"


def test_languages_in_latin_letters_share_a_recogniser(catalogue):
    assert catalogue.resolve("en+de+fr").others == ()
    assert catalogue.resolve("en+ch").others[0].lang == "ch"


def test_letters_of_all_languages_are_known_to_the_recognisers(catalogue):
    assert catalogue.resolve("en").fast_recogniser and not catalogue.resolve("ro").fast_recogniser
    assert catalogue.resolve("en+ro").fast_recogniser is None


def test_missing_one_of_several_languages_is_named(catalogue, tmp_path):
    install(tmp_path / "models" / "tessdata", "hin")
    with pytest.raises(ModelNotAvailable, match=r"language 'ta' is not installed|language 'ta' is installed"):
        catalogue.resolve("en+hi+ta")
    with pytest.raises(UnsupportedLanguage, match="Unknown language 'klingon'"):
        catalogue.resolve("en+klingon")


def test_auto_uses_what_is_installed(catalogue, tmp_path):
    install(tmp_path / "models" / "tessdata", "hin", "ara")
    before = catalogue.identity("auto")
    models = catalogue.resolve("AUTO")
    assert models.lang == "auto" and [other.lang for other in models.others] == ["ch", "hi", "ar"]
    install(tmp_path / "models" / "tessdata", "rus")
    assert catalogue.identity("auto") != before


def test_too_many_languages_are_refused(catalogue):
    with pytest.raises(UnsupportedLanguage, match="At most 8"):
        catalogue.resolve("+".join(["en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv"]))
