"""A tracer without a collector."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from services.telemetry.tracing import Span


class RecordingTracer:
    """Keeps its spans: `name`, `parent`, `attributes`, and whether they have `ended`."""

    def __init__(self):
        self.spans = []

    @contextmanager
    def span(self, name, parent="", **attributes):
        span = Span(traceparent=f"span-{len(self.spans)}", attributes=dict(attributes))
        record = SimpleNamespace(name=name, parent=parent, attributes=span.attributes, ended=False)
        self.spans.append(record)
        yield span
        record.ended = True


@pytest.fixture
def recording_tracer():
    return RecordingTracer()
