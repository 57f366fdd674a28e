"""The same image gives the same text, regardless of concurrent requests."""

import uuid
from concurrent.futures import ThreadPoolExecutor

from tests.support.drawing import picture

CLIENTS, REQUESTS = 8, 200
#: Small images of different sizes, so that each changes the input shape of the networks for the next one.
IMAGES = (
    picture("Receipt 4711", size=24, width=300),
    picture("Total 12.50", "Change 7.50", size=20, width=220),
    picture("The ferry left at 7:45 for the islands", size=18, width=420),
)


def test_200_concurrent_requests_return_identical_results_per_image(service):
    def submit(number):
        chosen = number % len(IMAGES)
        # Bytes after the end of the image do not change it, but prevent a cached result.
        job = service.post("/ocr/image", IMAGES[chosen] + uuid.uuid4().bytes).json()
        result = service.get(job["links"]["result"], params={"wait": 25}).json()
        return chosen, result["cached"], result["text"], str(result["lines"])

    with ThreadPoolExecutor(CLIENTS) as clients:
        results = list(clients.map(submit, range(REQUESTS)))
    assert len(set(results)) == len(IMAGES), set(results)
    assert {cached for _, cached, *_ in results} == {False}
    assert {text for _, _, text, _ in results} == {
        "Receipt 4711", "Total 12.50\nChange 7.50", "The ferry left at 7:45 for the islands",
    }  # fmt: skip
