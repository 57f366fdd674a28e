"""Options of docling-serve as options of a job."""

import pytest

from controllers.compat import docling_options, ignored
from controllers.compat.docling_options import Wanted, conversion
from services.errors import InvalidOption, JobNotFound
from services.ocr_service.options import DocumentOptions


@pytest.fixture(autouse=True)
def usual(monkeypatch):
    """Without a service: the options that would be given to the job. Yields the names of ignored options."""
    monkeypatch.setattr(
        docling_options.jobs, "options", lambda **changes: DocumentOptions(**{"lang": "en", "dpi": 300, **changes})
    )
    noted = []
    monkeypatch.setattr(ignored, "ignore", noted.append)
    return noted


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        ({}, {}),
        ({"do_ocr": ["true"]}, {}),
        ({"do_ocr": False}, {"mode": "text"}),
        ({"force_ocr": ["true"], "do_ocr": ["false"]}, {"mode": "ocr"}),
        ({"do_table_structure": "false"}, {"layout": "off"}),
        ({"ocr_lang": ["de", "fr"]}, {"lang": "de+fr"}),
        ({"ocr_lang": ['["hi", "en"]']}, {"lang": "hi+en"}),
        ({"ocr_lang": ["mul"]}, {"lang": "auto"}),
        ({"page_range": ["2", "4"]}, {"pages": "2-4"}),
        ({"page_range": [1, 2**63 - 1]}, {}),
        ({"page_range": [3, 2**63 - 1]}, {"pages": "3-999999"}),
    ],
)
def test_options_that_a_job_has(given, changes):
    chosen = conversion(given)
    assert {name: getattr(chosen.job, name) for name in ("mode", "layout", "lang", "pages")} == {
        "mode": "auto",
        "layout": "auto",
        "lang": "en",
        "pages": "",
        **changes,
    }


def test_a_range_ends_with_the_document():
    assert conversion({"page_range": [3, 9]}).up_to(5).job.pages == "3-5"
    assert conversion({"page_range": [1, 9]}).up_to(5).job.pages == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"to_formats": ["md", "doctags"]}, "`doctags`"),
        ({"page_range": [0, 2]}, "page_range"),
        ({"page_range": ["2"]}, "page_range"),
        ({"page_range": ["a", "b"]}, "page_range"),
        ({"do_ocr": "perhaps"}, "do_ocr"),
        ({"target_type": "zip"}, "inbody"),
        # The client of docling-serve looks for these words, and then asks for the result in the body.
        ({"target_type": ["presigned_url"]}, "artifact storage to be configured"),
    ],
)
def test_options_that_cannot_be_honoured_are_rejected(given, words):
    with pytest.raises(InvalidOption, match=words):
        conversion(given)


def test_ignored_options_are_named(usual):
    conversion({"to_formats": ["md"], "pipeline": ["vlm"], "ocr_engine": ["auto"], "include_images": ["true"]})
    assert usual == ["pipeline", "include_images"]


@pytest.mark.parametrize(
    ("names", "kinds"),
    [(None, ("image", "pdf")), (["pdf"], ("pdf",)), (["image", "docx"], ("image",)), (["docx"], ("image", "pdf"))],
)
def test_kinds_of_files(names, kinds):
    assert conversion({"from_formats": names}).kinds == kinds


@pytest.mark.parametrize("page_break", ["", "\f", "<!-- page -->", "—\ud800"])
def test_a_task_id_says_what_is_wanted(page_break):
    wanted = Wanted(("md", "json"), page_break)
    assert Wanted.of_task(wanted.task_id("0b7c")) == ("0b7c", wanted)


def test_the_id_of_a_job_is_a_task_id():
    assert Wanted.of_task("0b7c") == ("0b7c", Wanted(("md", "json", "html", "text")))


@pytest.mark.parametrize("task_id", ["0b7c.m.a", "0b7c.m._w"])
def test_other_task_ids_do_not_exist(task_id):
    with pytest.raises(JobNotFound):
        Wanted.of_task(task_id)
