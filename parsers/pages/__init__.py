"""Pictures of pages: straightened, their rules and seals found, read by OCR, put together as documents."""
