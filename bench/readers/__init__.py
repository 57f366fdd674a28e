"""Readers: OCR programs under test. Each runs warmed up in a separate process and communicates in JSON lines.

`process` is the client in the benchmark. All other modules run in the reader's process, possibly in another
environment. So they import the program under test inside functions, and only those parts of this project that they use.
"""
