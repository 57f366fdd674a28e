"""What requests may say and what answers look like: options are validated by these schemas, answers described.

OpenAPI is generated from both, and a test holds real answers against it: no schema here may promise what is not sent.
"""
