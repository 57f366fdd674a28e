"""The interfaces of other services, tried with the clients that other programs use: unchanged, from their packages.

`make compat-check` starts the service with real OCR and API keys. Each client has a virtual environment of its own, and
a script in `clients/` that uses it as its documentation says. The scripts import nothing of this repository.
"""
