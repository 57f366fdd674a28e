"""The same picture gives the same text, however many requests run beside it."""

import uuid
from concurrent.futures import ThreadPoolExecutor

from tests.support.drawing import picture

CLIENTS, REQUESTS = 8, 200
#: Small ones of unlike size, so that each leaves the networks in another shape for the next.
PICTURES = (
    picture("Receipt 4711", size=24, width=300),
    picture("Total 12.50", "Change 7.50", size=20, width=220),
    picture("The ferry left at 7:45 for the islands", size=18, width=420),
)


def test_200_requests_of_8_clients_at_once_get_the_same_bytes_for_the_same_picture(service):
    def read(number):
        chosen = number % len(PICTURES)
        # A few bytes behind the picture's end: it looks the same and is not known already.
        answer = service.post("/ocr/image", PICTURES[chosen] + uuid.uuid4().bytes).json()
        result = service.get(answer["links"]["result"], params={"wait": 25}).json()
        return chosen, result["cached"], result["text"], str(result["lines"])

    with ThreadPoolExecutor(CLIENTS) as clients:
        results = list(clients.map(read, range(REQUESTS)))
    assert len(set(results)) == len(PICTURES), set(results)
    assert {cached for _, cached, *_ in results} == {False}
    assert {text for _, _, text, _ in results} == {
        "Receipt 4711", "Total 12.50\nChange 7.50", "The ferry left at 7:45 for the islands",
    }  # fmt: skip
