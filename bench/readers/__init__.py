"""Readers: OCR programs under test. Each runs warmed up in a process of its own and communicates in lines of JSON.

`process` is the client in the benchmark. All other modules run in the reader's process, possibly in another
environment. So they import the program under test inside functions, and only those parts of this project that they use.
"""
