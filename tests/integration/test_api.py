"""The API of a real service: what clients send and what they receive."""

import concurrent.futures
import io
import socket

import pytest
import requests
from PIL import Image

from stress.harness import wait_until
from tests.support import hostile
from tests.support.drawing import picture, saved, scanned_pdf

PROBLEM = {"type", "title", "status", "code", "detail", "error", "message", "request_id"}


def assert_problem(response, status, code):
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert set(body) >= PROBLEM
    assert (body["code"], body["status"]) == (code, status)
    assert body["error"] == body["title"]
    assert body["message"] == body["detail"]
    assert body["type"].endswith("/errors/" + code.replace("_", "-"))
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert "/" + "tmp" not in body["detail"] and "Traceback" not in response.text
    return body


def test_image_result_has_text_and_positions(service):
    response = service.post("/ocr/image", picture("Hello World 42"), "hello.png")
    body = response.json()
    assert response.status_code == 202
    assert response.headers["Location"] == f"/ocr/job/{body['job_id']}"
    assert int(response.headers["Retry-After"]) >= 1
    assert body["status"] == "processing"
    assert (body["filename"], body["file_size"]) == ("hello.png", len(picture("Hello World 42")))
    assert body["links"] == {"self": f"/ocr/job/{body['job_id']}", "result": f"/ocr/job/{body['job_id']}/result"}
    result = service.result_of(response)
    assert result["text"] == "Hello World 42"
    assert (result["status"], result["success"], result["cached"], result["lang"]) == ("completed", True, False, "en")
    line = result["lines"][0]
    assert line["confidence"] > 0.9
    (left, top), (right, _), (_, bottom), _ = line["bbox"]
    assert 20 < left < 40 and right > 250 and 20 < top < bottom < 90
    assert [(block["kind"], block["text"], block["lines"]) for block in result["blocks"]] == [
        ("paragraph", "Hello World 42", [0])
    ]
    assert result["engine"]["name"] == "PaddleOCR" and result["engine"]["models"]


def test_status_of_a_completed_job_has_progress_and_times(service):
    job = service.post("/ocr/image", picture("Status story"), wait=30).json()
    status = service.get(f"/ocr/job/{job['job_id']}")
    body = status.json()
    assert status.status_code == 200
    assert (body["ready"], body["successful"], body["failed"]) == (True, True, False)
    assert body["progress"] == {"pages_total": 1, "pages_done": 1}
    assert body["created_at"] <= body["started_at"] <= body["finished_at"]
    assert body["attempts"] == 1


def test_scanned_pdf_result_has_every_page(service):
    response = service.post("/ocr/pdf", scanned_pdf("First page", "Second page", "Third page"), "scan.pdf", dpi=150)
    assert response.json()["processing_dpi"] == 150
    result = service.result_of(response)
    assert [page["text"] for page in result["pages"]] == ["First page", "Second page", "Third page"]
    assert [page["page"] for page in result["pages"]] == [1, 2, 3]
    assert all(page["success"] and page["source"] == "ocr" and page["width"] for page in result["pages"])
    assert result["full_text"].split() == ["First", "page", "Second", "page", "Third", "page"]
    assert (result["total_pages"], result["processing_dpi"]) == (3, 150)


def test_only_selected_pages_are_read(service):
    pdf = scanned_pdf("One", "Two", "Three", "Four")
    result = service.result_of(service.post("/ocr/pdf", pdf, pages="2,4", dpi=100))
    assert [page["page"] for page in result["pages"]] == [2, 4]
    assert_problem(service.post("/ocr/pdf", pdf, pages="3-5"), 400, "page_out_of_range")
    assert_problem(service.post("/ocr/pdf", pdf, pages="3-x"), 400, "invalid_option")


def test_every_tiff_frame_is_a_page(service):
    frames = [Image.open(io.BytesIO(picture(text))) for text in ("Frame one", "Frame two")]
    tiff = saved(frames[0], format="TIFF", save_all=True, append_images=frames[1:])
    result = service.result_of(service.post("/ocr/image", tiff, "fax.tiff"))
    assert [page["text"] for page in result["pages"]] == ["Frame one", "Frame two"]


def test_exif_orientation_is_applied(service):
    upright = Image.open(io.BytesIO(picture("Sideways text")))
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    result = service.result_of(service.post("/ocr/image", saved(turned, format="JPEG", quality=95, exif=exif)))
    assert result["text"] == "Sideways text"
    assert (result["width"], result["height"]) == upright.size


def test_upside_down_page_is_rotated_unless_orientation_is_off(service):
    upright = Image.open(io.BytesIO(picture("Upside down or not", "it is the same text")))
    page = saved(upright.rotate(-90, expand=True), format="PNG")
    rotated = service.post("/ocr/predict", page).json()
    assert (rotated["orientation"], rotated["text"]) == (270, "Upside down or not\nit is the same text")
    assert (rotated["width"], rotated["height"]) == upright.size
    (left, top), (right, _), *_ = rotated["lines"][0]["bbox"]
    assert 20 < left < 40 and right > 250 and 20 < top < 60
    unrotated = service.post("/ocr/predict", page, orientation="off").json()
    assert (unrotated["orientation"], unrotated["cached"]) == (0, False)
    assert (unrotated["width"], unrotated["height"]) == upright.size[::-1]


def test_predict_returns_the_result(service):
    response = service.post("/ocr/predict", picture("Predict me"))
    assert response.status_code == 200
    assert response.json()["text"] == "Predict me"


def test_predict_returns_a_job_after_its_wait(service):
    response = service.post("/ocr/predict", picture("Slow words"), wait=0)
    assert response.status_code == 202
    assert service.result_of(response)["text"] == "Slow words"


def test_detail_word_returns_word_boxes(service):
    result = service.post("/ocr/predict", picture("Three little words"), detail="word").json()
    words = result["lines"][0]["words"]
    assert [word["text"] for word in words] == ["Three", "little", "words"]
    lefts = [word["bbox"][0][0] for word in words]
    assert lefts == sorted(lefts) and lefts[1] - lefts[0] > 50


def test_same_file_is_served_from_the_cache(service):
    image = picture("Cache me if you can")
    first = service.post("/ocr/predict", image, "a.png").json()
    second = service.post("/ocr/predict", image, "b.png").json()
    assert (first["cached"], second["cached"]) == (False, True)
    assert second["text"] == first["text"]
    assert (second["filename"], second["job_id"] != first["job_id"]) == ("b.png", True)
    assert service.post("/ocr/predict", image, detail="word").json()["cached"] is False


def test_batch_mixes_images_and_pdfs_and_a_bad_file_fails_alone(service):
    files = [
        ("files", ("a.png", picture("Batch picture"))),
        ("files", ("bad.png", b"not an image")),
        ("files", ("c.pdf", scanned_pdf("Batch document"))),
    ]
    response = requests.post(service.url + "/ocr/batch", files=files, data={"dpi": 100}, timeout=60)
    body = response.json()
    assert response.status_code == 202
    assert body["summary"] == {"total_files": 3, "jobs_created": 2, "failed_files": 1, "success": False}
    assert [job.get("type") for job in body["jobs"]] == ["image", None, "pdf"]
    assert body["jobs"][1]["status"] == "failed"
    assert body["jobs"][1]["error"]["code"] == "unsupported_type"
    texts = []
    for job in (body["jobs"][0], body["jobs"][2]):
        path = job["links"]["result"]
        wait_until(lambda path=path: service.get(path, params={"wait": 5}).status_code == 200, 60)
        result = service.get(path).json()
        texts.append(result.get("text") or result["full_text"])
    assert texts == ["Batch picture", "Batch document"]


def test_batch_of_only_bad_files_is_an_error_that_lists_them(service):
    files = [("files", ("bad.png", b"not an image")), ("files", ("empty.png", b""))]
    response = requests.post(service.url + "/ocr/batch", files=files, timeout=60)
    body = assert_problem(response, 422, "unsupported_type")
    assert [job["error"]["code"] for job in body["jobs"]] == ["unsupported_type", "empty_file"]


def test_concurrent_jobs_complete_with_their_own_text(service):
    texts = [f"Invoice number {number}" for number in range(1000, 1020)]

    def send(text):
        return service.result_of(service.post("/ocr/image", picture(text), f"{text}.png"))

    with concurrent.futures.ThreadPoolExecutor(8) as clients:
        results = list(clients.map(send, texts))
    assert [result["text"] for result in results] == texts
    assert len({result["job_id"] for result in results}) == 20


def truncated_jpeg() -> bytes:
    whole = saved(Image.effect_noise((400, 400), 80).convert("RGB"), format="JPEG")
    return whole[: len(whole) // 2]


@pytest.mark.parametrize(
    ("path", "make", "status", "code"),
    [
        ("/ocr/image", lambda: b"", 400, "empty_file"),
        ("/ocr/image", lambda: b"just text, whatever its name", 422, "unsupported_type"),
        ("/ocr/image", truncated_jpeg, 422, "truncated_file"),
        ("/ocr/image", hostile.huge_png, 422, "too_many_pixels"),
        ("/ocr/image", lambda: hostile.pdf(1), 422, "unsupported_type"),
        ("/ocr/pdf", lambda: picture("picture"), 422, "unsupported_type"),
        ("/ocr/pdf", lambda: hostile.encrypted_pdf("user"), 422, "encrypted_file"),
        ("/ocr/pdf", lambda: b"%PDF-1.7\nbroken beyond repair", 422, "corrupt_file"),
        ("/ocr/pdf", lambda: hostile.pdf(101), 422, "too_many_pages"),
    ],
)
def test_bad_file_is_rejected_with_a_specific_code(service, path, make, status, code):
    body = assert_problem(service.post(path, make(), "name.png"), status, code)
    assert body["filename"] == "name.png"


@pytest.mark.parametrize(
    ("options", "code", "named"),
    [
        ({"dpi": 71}, "invalid_option", "dpi"),
        ({"dpi": 601}, "invalid_option", "dpi"),
        ({"dpi": "abc"}, "invalid_option", "dpi"),
        ({"colour": "red"}, "invalid_option", "colour"),
        ({"detail": "letter"}, "invalid_option", "detail"),
        ({"mode": "guess"}, "invalid_option", "mode"),
        ({"orientation": "sideways"}, "invalid_option", "orientation"),
        ({"callback_url": "http://example.org"}, "invalid_option", "callback_url"),
        ({"wait": -1}, "invalid_option", "wait"),
        ({"wait": "nan"}, "invalid_option", "wait"),
        ({"pages": "0"}, "invalid_option", "pages"),
        ({"lang": "klingon"}, "unsupported_language", "klingon"),
    ],
)
def test_bad_option_is_rejected_and_named(service, options, code, named):
    assert named in assert_problem(service.post("/ocr/pdf", scanned_pdf("x"), **options), 400, code)["detail"]
    in_query = requests.post(service.url + "/ocr/pdf", params=options, files={"file": scanned_pdf("x")}, timeout=30)
    assert named in assert_problem(in_query, 400, code)["detail"]


def test_missing_language_is_rejected_with_the_command_that_installs_it(service, missing_language):
    for lang in (missing_language, f"en+{missing_language}"):
        response = service.post("/ocr/image", picture("x"), lang=lang)
        assert_problem(response, 400, "model_not_available")
        assert f"python -m paddleocr_service install {missing_language}" in response.json()["detail"]


def test_option_given_twice_is_rejected(service):
    response = requests.post(service.url + "/ocr/pdf?dpi=100", data={"dpi": 200}, files={"file": b"x"}, timeout=30)
    assert "dpi" in assert_problem(response, 400, "invalid_option")["detail"]


def test_missing_file_or_wrong_field_is_rejected(service):
    assert_problem(requests.post(service.url + "/ocr/image", timeout=30), 400, "missing_file")
    wrong = requests.post(service.url + "/ocr/image", files={"picture": b"x"}, timeout=30)
    assert "`file`" in assert_problem(wrong, 400, "invalid_option")["detail"]
    assert_problem(requests.post(service.url + "/ocr/batch", timeout=30), 400, "missing_file")


def test_body_over_the_limit_is_rejected_before_it_is_read(service):
    """Only the request head is sent. A server that reads the body first would block here."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=5) as connection:
        head = "POST /ocr/image HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        connection.sendall(f"{head}Content-Length: {60 << 20}\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_client_sending_a_body_over_the_limit_receives_the_response(service):
    assert_problem(service.post("/ocr/image", b"\0" * (60 << 20)), 413, "payload_too_large")


def test_chunked_body_is_rejected_once_it_exceeds_the_limit(service):
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    chunks = (part if number == 0 else b"\0" * (1 << 20) for number in range(61))
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    response = requests.post(service.url + "/ocr/image", data=chunks, headers=headers, timeout=30)
    assert_problem(response, 413, "payload_too_large")
    folder = service.folder / "data" / "uploads" / "incoming"
    wait_until(lambda: not list(folder.iterdir()), 5, "deletion of the received part")


def test_missing_resources_return_problem_documents(service):
    assert_problem(service.get("/nowhere"), 404, "not_found")
    assert_problem(service.get("/ocr/job/00000000-0000-4000-8000-000000000000"), 404, "job_not_found")
    assert_problem(service.get("/ocr/job/not-an-id/result"), 404, "job_not_found")
    response = service.get("/ocr/image")
    assert_problem(response, 405, "method_not_allowed")
    assert "POST" in response.headers["Allow"]


def test_safe_request_id_is_kept_and_unsafe_one_is_replaced(service):
    assert service.get("/", headers={"X-Request-ID": "abc-123"}).headers["X-Request-ID"] == "abc-123"
    assert service.get("/", headers={"X-Request-ID": 'x" onload="'}).headers["X-Request-ID"] != 'x" onload="'


def test_log_lines_contain_request_id_and_job_id_but_no_text(service):
    response = requests.post(
        service.url + "/ocr/predict",
        files={"file": picture("Confidential words")},
        headers={"X-Request-ID": "trace-me"},
        timeout=60,
    )
    job_id = response.json()["job_id"]
    lines = [line for line in service.log("worker").splitlines() if job_id in line]
    assert lines and all('"trace-me"' in line for line in lines)
    assert "trace-me" in service.log("web")
    assert "Confidential" not in service.log("worker") + service.log("web")
    assert '"/health' not in service.log("web")


def test_error_type_is_the_address_of_its_description(service):
    body = service.post("/ocr/image", b"").json()
    kind = requests.get(body["type"], timeout=10).json()
    assert (kind["code"], kind["status"]) == ("empty_file", 400)
    assert kind["remedy"]


def test_capabilities_list_a_missing_language_as_installable(service, missing_language):
    assert missing_language in service.get("/capabilities").json()["languages"]["installable"]


def test_capabilities_list_languages_formats_and_limits(service):
    body = service.get("/capabilities").json()
    assert {"en", "ch", "japan", "de"} <= set(body["languages"]["available"])
    assert body["models"]["default"] == "PP-OCRv6_small" and body["models"]["loaded"]
    assert body["limits"]["max_pdf_pages"] == 100
    assert "image/webp" in body["formats"]["image"]


def test_health_report_of_a_healthy_service(service):
    report = service.get("/health")
    body = report.json()
    assert (report.status_code, body["status"]) == (200, "healthy")
    assert {"service", "version", "timestamp", "ocr_service", "checks", "details"} <= set(body)
    assert body["ocr_service"]["initialized"] and body["ocr_service"]["paddleocr_available"]
    assert {"rss", "vms", "rss_mb", "vms_mb", "percent"} <= set(body["ocr_service"]["memory_usage"])
    assert {"redis", "workers", "queue", "storage", "sandbox", "configuration"} <= set(body["checks"])
    assert body["details"]["recommendations"] == []
    assert service.get("/health/ready").status_code == 200
    assert service.get("/health/alive").status_code == 200


def test_uploads_are_deleted_after_their_jobs_end(service):
    def stored():
        return {path for path in (service.folder / "data" / "uploads").rglob("*") if path.is_file()}

    before = stored()  # of other tests: announced files that wait for their job
    service.post("/ocr/predict", picture("Delete me after use"))
    wait_until(lambda: not stored() - before, 10, "deletion of uploads")
