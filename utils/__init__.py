"""Small helpers that know nothing of OCR, jobs or HTTP and import no other package of this service."""
