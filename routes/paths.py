"""Paths that services need. `bootstrap.py` passes them on. Imports no Flask, because workers use this module, too."""

OCR = "/ocr"
UPLOADS = f"{OCR}/uploads"
JOB = f"{OCR}/job"
AUTH = "/auth"
ADMIN = "/admin"


def upload_path(job_id: str) -> str:
    """The path to which the client sends the file of an announced upload."""
    return f"{UPLOADS}/{job_id}"


def job_links(job_id: str) -> dict[str, str]:
    """The paths of a job's status and result."""
    return {"self": f"{JOB}/{job_id}", "result": f"{JOB}/{job_id}/result"}
