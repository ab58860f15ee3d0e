"""What the book takes with it: contact sheets of the photos, and the texts with captions and originals."""
