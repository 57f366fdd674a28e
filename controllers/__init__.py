"""HTTP in, one domain call, HTTP out. No Redis, no files, no OCR here."""
