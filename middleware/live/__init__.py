"""Connections that only wait: for a job's end, or for its next event. They hold no thread of the server and no process.

The server offers two things in a request's WSGI environment, and nobody else imports this room:

- `ocr.park(job_ids, seconds, answer)` sets the request aside and never returns. When the jobs have ended, the seconds
  are over, the server is told to stop or the client has hung up, the request goes on in a thread, and `answer()` is its
  response.
- `ocr.stream(first, record, tell)` is the body of an answer that is a stream of the job's events, of which `first` is
  the first; `tell(record)` is a record as the client is to see it, a dictionary for JSON.

Neither is there while the server stops, nor when it holds as many as it can: a request is answered as things stand.
"""
