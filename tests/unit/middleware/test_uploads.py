"""Request bodies that cannot be stored."""

import io
from types import SimpleNamespace


class FullDisk(io.BytesIO):
    def write(self, data):
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_reported_as_unavailable_storage(make_app):
    jobs = SimpleNamespace(ensure_accepting=lambda slot: None, check_options=lambda options: None)
    storage = SimpleNamespace(receive=FullDisk)
    client = make_app(SimpleNamespace(jobs=jobs, storage=storage)).test_client()
    response = client.post("/ocr/image", data={"file": (io.BytesIO(b"picture"), "a.png")})
    assert (response.status_code, response.json["code"]) == (503, "storage_unavailable")
    assert int(response.headers["Retry-After"]) > 0
