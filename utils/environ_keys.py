"""Keys of the WSGI environ with which the web server and the application cooperate.

The server sets them for each request. Under another server, or in a test client, they are missing.
"""

#: What the server knows about room in the job queue (`services.jobs.admission.Slot`), if the request creates work.
SLOT = "ocr.slot"
#: `gone()`: whether the client has closed its connection.
CLIENT_GONE = "ocr.client_gone"
#: `wait(job_ids, seconds, respond)`: detaches the request and never returns. When the jobs have ended or the time is
#: over, the request passes through the application again, with RESUME.
WAIT_FOR_JOBS = "ocr.wait_for_jobs"
#: `stream(first_event, record, render, key_digest)`: the body of a response that the server continues with the job's
#: events. The digest is that of the API key, or empty.
STREAM_EVENTS = "ocr.stream_events"
#: Seconds for which requests have waited for a thread although the server has started all it may have.
STUCK_SECONDS = "ocr.stuck_seconds"
#: True while a detached request leaves the application.
DETACHED = "ocr.detached"
#: `respond()` of a request that waited.
RESUME = "ocr.resume"
#: A dict that the first pass of a request through the application leaves for the second.
CARRIED_STATE = "ocr.carried_state"
#: A list of files that are closed, and so deleted, when the request ends.
RECEIVED_FILES = "ocr.received_files"
