"""What tests start and draw: real processes, and documents whose text is known."""
