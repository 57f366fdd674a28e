"""Files that were generated for a result, such as a searchable PDF. They are stored and deleted with the result."""

from __future__ import annotations

from services.jobs.store import JobStore
from services.storage import Storage

#: A zip of the annotated pages as pictures.
PICTURES = "annotated-pages"
#: All files that may be generated.
NAMES = ("pdf", "annotated", PICTURES)


def delete_outputs(storage: Storage, store: JobStore, result_id: str) -> None:
    """Delete the files of this result. Does nothing for an empty id. If it is interrupted, the sweeper continues."""
    if not result_id:
        return
    for name in NAMES:
        storage.delete(storage.output_key(result_id, name))
    store.forget_outputs(result_id)
