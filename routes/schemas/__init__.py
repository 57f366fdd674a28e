"""Schemas of requests and responses. Options are validated by them; responses are only described.

OpenAPI is generated from them, and a test compares real responses with it. A schema must not promise what is not sent.
"""
