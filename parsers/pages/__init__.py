"""Pages as pictures: what stands on a scan or a photo of a page."""
