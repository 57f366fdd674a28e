"""What the OCR itself is made of: files in, recognised pages out."""
