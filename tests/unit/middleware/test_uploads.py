"""Request bodies that cannot be stored."""

import io
from types import SimpleNamespace


class FullDisk(io.BytesIO):
    def write(self, data):
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_reported_as_unavailable_storage(make_app, accepting_jobs):
    storage = SimpleNamespace(receive=FullDisk)
    client = make_app(SimpleNamespace(jobs=accepting_jobs, storage=storage)).test_client()
    response = client.post("/ocr/image", data={"file": (io.BytesIO(b"picture"), "a.png")})
    assert (response.status_code, response.json["code"]) == (503, "storage_unavailable")
    assert int(response.headers["Retry-After"]) > 0
