"""Identity documents, machine-readable zones and barcodes: from the lines of a page to documents.

Pure functions. The page picture and the second reading of a line are passed in. `docs/documents.md` describes results.
"""
