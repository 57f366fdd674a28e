"""``python -m bench.readers NAME SETTINGS``: the process of one reader. SETTINGS is a JSON object."""

import importlib
import json
import signal
import sys

from bench.readers.protocol import serve, take_over_stdout

#: Name -> module and function. The function takes the settings and returns a function that recognises images.
READERS = {
    "ours": "bench.readers.ours:create",
    "document": "bench.readers.document:create",
    "rapidocr": "bench.readers.rapid:create",
    "rapidocr-openvino": "bench.readers.rapid:create_on_openvino",
    "paddleocr": "bench.readers.paddle:create",
    "paddlex-serving": "bench.readers.serving:create",
    "tesseract": "bench.readers.tesseract:create",
    "tables-ours": "bench.tables.readers:create_ours",
    "tables-rapid-table": "bench.tables.readers:create_rapid_table",
    "tables-img2table": "bench.tables.readers:create_img2table",
}


def main() -> None:
    name, settings = sys.argv[1], json.loads(sys.argv[2])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a normal exit also ends child processes
    answers = take_over_stdout()
    module, _, function = READERS[name].partition(":")
    create = getattr(importlib.import_module(module), function)
    serve(lambda: create(**settings), sys.stdin, answers)


if __name__ == "__main__":
    main()
