"""Webhooks: tell clients that a job has ended, following Standard Webhooks (standardwebhooks.com).

`dispatcher` retries until a call succeeds, `sender` makes one call over a `connection`, `outbox` stores the webhooks
still to be sent, `message` and `signing` build the request, `guard` decides which addresses may be called. A message
never contains recognised text.
"""
