"""Documents of clients are opened, rendered and read in a confined child process. The OCR engine stays in the worker.

`ConfinedOCRService` is the worker's side and has the interface of `OCRService`, which runs in the child.
`ConfinedOutputs` creates files that need the document, such as searchable PDFs, in the same child.

    worker                                            child
    {"open": kind, options, frames} + file    ──▶
                                              ◀──     {"pages": number of each page}
    {"recognize": number}                     ──▶
                                              ◀──     {"read": [height, width], "layout"}, pixels in shared memory
    {} + pickled Recognition                  ──▶
                                              ◀──     {"read": ..., "codes": {"polygons", "alphabet"}}
    {} + pickled texts                        ──▶
                                              ◀──     {"page": result, "stages": [...]}

    {"create": output, "masked"} + 3 files    ──▶             the document, the output, and an empty file for the child
                                              ◀──     {"page": place in the result, from 0}
    {} + page as JSON, or {} after the last   ──▶
                                              ◀──     {"created": true}
    {"draw": number, "side": pixels} + output ──▶
                                              ◀──     {} + PNG

Instead of a result, the child may send {"error": ...} (see `confined.errors`). If the engine fails, the worker ends the
child.
"""
