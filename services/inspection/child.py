"""The child process that inspects uploads: gets an open file with each message and sends its facts back."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from services.confined import samples
from services.confined.channel import ChannelClosed, Message, close_files
from services.confined.child import start
from services.confined.errors import error_data
from services.errors import OCRServiceError
from services.inspection.facts import InspectionLimits, inspect_upload


def main() -> None:
    channel = start(_warm_up)
    with suppress(ChannelClosed):
        while True:
            message = channel.receive(max_files=1)
            started = time.process_time()
            response = _respond(message)
            response["seconds"] = time.process_time() - started
            close_files(message)
            channel.send(response)


def _warm_up() -> None:
    """Inspect files of all types, also damaged ones."""
    limits = InspectionLimits(max_pixels=10_000, max_pages=2)
    for content in (*samples.pictures(), samples.pdf()):
        for part in (content, content[: len(content) // 2]):
            with samples.opened(part) as descriptor, suppress(OCRServiceError):
                inspect_upload(descriptor, limits)


def _respond(message: Message) -> dict[str, Any]:
    try:
        facts = inspect_upload(message.files[0], InspectionLimits(**message.data["limits"]), message.data["password"])
    except Exception as error:
        return error_data(error)
    return {"facts": asdict(facts)}


if __name__ == "__main__":
    main()
