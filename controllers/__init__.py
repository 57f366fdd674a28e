"""HTTP request in, one call into a service, HTTP response out. No Redis, no files and no OCR here.

Each controller lists the errors that its functions raise. The API description is generated from these lists.
"""
