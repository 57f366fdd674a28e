"""The domain of the service. It knows no Flask and no HTTP status, and imports only `paddleocr_service` and `utils`.

Services get their settings and each other as constructor arguments; `bootstrap.py` builds them.
"""
