"""Tells receivers of the clients' own that a job has ended, as Standard Webhooks (standardwebhooks.com) specifies.

`guard` says who may be called, `signing` and `message` what is said, `sender` calls once, `outbox` is what Redis keeps
of it, `courier` goes on until it is told. What is sent is thin: never a word of what was read.
"""
