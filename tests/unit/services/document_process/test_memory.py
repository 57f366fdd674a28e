"""Memory that a large page has taken is returned, and small pages do not pay for that."""

import socket

import numpy as np
import pytest

from services.confined.channel import Channel
from services.document_process import child


class Memory:
    """Counts how often freed memory was returned."""

    def __init__(self, monkeypatch):
        self.released = 0
        monkeypatch.setattr(child, "release_freed_memory", self.release)

    def release(self, collect=False):
        self.released += 1


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
