"""The services that take announced uploads, without web server and workers."""

from dataclasses import replace

from bootstrap import build_services
from services.container import Broker
from services.jobs.record import JobRecord, new_job_id
from services.ocr_service.options import DocumentOptions
from tests.support.drawing import picture

IMAGE = picture("An image that a client uploads")


class UploadScene:
    """The services of one process. `tickets` and `sent_arrivals` record what was sent to workers."""

    def __init__(self, settings):
        self.tickets, self.sent_arrivals = [], []
        self.broker = Broker(
            send_ticket=lambda job_id, delay: self.tickets.append(job_id),
            send_arrival=self.sent_arrivals.append,
            ticket_count=lambda: len(self.tickets),
        )
        self.services = build_services(settings, lambda client: self.broker)
        self.uploads, self.arrivals = self.services.uploads, self.services.arrivals
        self.store, self.storage = self.services.job_store, self.services.storage
        self.jobs = self.services.jobs

    def announce(self, content=IMAGE, **changes):
        job = JobRecord(new_job_id(), "alice", "a.png", DocumentOptions("en", 300), "r", file_size=len(content))
        return self.uploads.announce(replace(job, **changes))

    def put(self, job, content=IMAGE):
        """Store the bytes where the client would have sent them."""
        incoming = self.storage.receive()
        incoming.write(content)
        self.storage.save(incoming, job.upload)

    def announce_and_put(self, content=IMAGE, **changes):
        job = self.announce(content, **changes)
        self.put(job, content)
        return job

    def job(self, job):
        return self.store.get(job.id)

    def files(self):
        return set(self.storage.older_than(-60))
