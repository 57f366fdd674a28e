"""Files that were generated for a result, such as a searchable PDF. They are stored and deleted with the result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing

from services.errors import OCRServiceError, OutputFailed, UploadMissing
from services.jobs.store import JobStore
from services.storage import Storage

#: A zip of the annotated pages as pictures.
PICTURES = "annotated-pages"
#: Why files could not be generated: {name: message}, as JSON.
FAILURES = "failures"
#: All files that may be generated.
NAMES = ("pdf", "annotated", PICTURES, FAILURES)
_MAX_MESSAGE = 500


def delete_outputs(storage: Storage, store: JobStore, result_id: str) -> None:
    """Delete the files of this result. Does nothing for an empty id. If it is interrupted, the sweeper continues."""
    if not result_id:
        return
    for name in NAMES:
        storage.delete(storage.output_key(result_id, name))
    store.forget_outputs(result_id)


def save_failures(storage: Storage, result_id: str, errors: Mapping[str, OCRServiceError]) -> None:
    """Store why files could not be generated, by their names. Raises StorageUnavailable."""
    usual = OutputFailed().message
    reasons = {name: error.message[:_MAX_MESSAGE] for name, error in errors.items() if error.message != usual}
    with closing(storage.receive()) as out:
        out.write(json.dumps(reasons).encode())
        storage.save(out, storage.output_key(result_id, FAILURES))


def failure(storage: Storage, result_id: str, name: str) -> OutputFailed:
    """The error of a file that does not exist, with the reason if there is one. Raises StorageUnavailable."""
    try:
        with storage.local(storage.output_key(result_id, FAILURES)) as path:
            reason = json.loads(path.read_bytes()).get(name, "")
    except UploadMissing:
        return OutputFailed()
    return OutputFailed(f"{OutputFailed.problem} {reason}" if reason else "")
