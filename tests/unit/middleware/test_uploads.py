"""What happens to a body that cannot be stored."""

import io
from types import SimpleNamespace


def test_a_full_disk_is_told_as_such(make_app):
    class FullDisk(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    jobs = SimpleNamespace(ensure_accepting=lambda slot: None, check_options=lambda options: None)
    uploads = SimpleNamespace(receive=FullDisk)
    client = make_app(SimpleNamespace(jobs=jobs, uploads=uploads)).test_client()
    answer = client.post("/ocr/image", data={"file": (io.BytesIO(b"picture"), "a.png")})
    assert (answer.status_code, answer.json["code"]) == (503, "storage_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
