"""Output formats: a finished result in, bytes out. One module per format.

`formats.py` lists them. The modules are pure functions of the result; those that need the uploaded file, too, write to
a stream:

    export(result: Result, furniture: bool = False) -> Iterator[bytes]
    write(source: BinaryIO, result: Result, out: BinaryIO) -> None
"""
