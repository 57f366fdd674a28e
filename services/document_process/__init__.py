"""Documents of clients are opened, rendered and read in a confined child process. The OCR engine stays in the worker.

`ConfinedOCRService` is the worker's side and has the interface of `OCRService`, which runs in the child.

    worker                                            child
    {"open": kind, options, frames} + file    ──▶
                                              ◀──     {"pages": number of each page}
    {"recognize": number}                     ──▶
                                              ◀──     {"read": [height, width], "layout"}, pixels in shared memory
    {} + pickled Recognition                  ──▶
                                              ◀──     {"read": ..., "codes": {"polygons", "alphabet"}}
    {} + pickled texts                        ──▶
                                              ◀──     {"page": result, "stages": [...]}

Instead of a result, the child may send {"error": ...} (see `confined.errors`). If the engine fails, the worker ends the
child.
"""
