"""Memory that a large page has taken is returned, and small pages do not pay for that."""

import os
import socket
from dataclasses import asdict

import numpy as np
import pytest

from services.confined import samples
from services.confined.channel import Channel, Message
from services.document_process import child
from services.ocr_service.options import DocumentOptions
from tests.support import hostile
from tests.support.drawing import saved


class Memory:
    """Counts how often freed memory was returned, and how often cycles were collected before."""

    def __init__(self, monkeypatch):
        self.released = self.collected = 0
        monkeypatch.setattr(child, "release_freed_memory", self.release)

    def release(self, collect=False):
        self.released += 1
        self.collected += collect


@pytest.mark.parametrize(("size", "times"), [((1000, 1000), 0), ((3000, 2000), 1)])
def test_memory_is_returned_after_large_pictures(monkeypatch, size, times):
    memory = Memory(monkeypatch)
    own, other = socket.socketpair()
    with own, other:
        reader = child._Reader(Channel(own), bytearray(3 * 6_000_000), 6_000_000)
        monkeypatch.setattr("pickle.loads", lambda content: "answer")
        Channel(other).send({}, b"answer")
        reader._engine._ask(np.zeros((*size, 3), np.uint8), {})
        reader.release_memory()
        assert memory.released == times
        reader.release_memory()
        assert memory.released == times, "once for each picture"


@pytest.mark.parametrize(
    ("kind", "content", "times"),
    [("image", saved(hostile.noise(30, 20), format="PNG"), 0), ("pdf", hostile.pdf(), 1), ("pdf", b"%PDF-1.7", 1)],
    ids=["picture", "PDF", "broken PDF"],
)
@pytest.mark.parametrize("pixels", [1_000_000, 5_000_000])
def test_memory_is_returned_after_pdfs_and_after_documents_with_large_pictures(
    monkeypatch, kind, content, times, pixels
):
    memory = Memory(monkeypatch)
    own, other = socket.socketpair()
    with own, other:
        reader = child._Reader(Channel(own), bytearray(), 6_000_000)
        with samples.opened(content) as descriptor:
            options = asdict(DocumentOptions("en", 100))
            message = Message({"open": kind, "options": options, "frames": 1}, files=(os.dup(descriptor),))
            reader.respond(message)
        reader._engine.largest = 3 * pixels
        reader.release_memory()
        reader._close()
        assert memory.collected == max(times, pixels > 4_000_000)
        reader._close()
        assert memory.collected == max(times, pixels > 4_000_000), "once for each document"
