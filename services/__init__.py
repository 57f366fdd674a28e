"""The domain. No Flask and no HTTP status lives here; `paddleocr_service` and `utils` are all it imports of ours.

Services get their settings and each other handed in by `container.build_services`, the one composition root.
"""
