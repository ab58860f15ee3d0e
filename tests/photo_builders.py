"""Pictures that behave as photos do, small and quick to make: texture of all sizes, another for each seed."""

import io
import random

from PIL import Image, ImageChops

# Side lengths of the texture, from the large shapes of a scene to its details, and how much each weighs.
_OCTAVES = ((4, 3, 0.5), (8, 6, 0.5), (24, 18, 0.4), (64, 48, 0.3))


def photo_like(seed: object, width: int = 800, height: int = 600) -> Image.Image:
    """Return a picture whose detail falls off with its size, as in real scenes; the same for the same seed."""
    source = random.Random(f"photo {seed}")
    image = Image.new("RGB", (width, height), "grey")
    for across, down, weight in _OCTAVES:
        noise = Image.frombytes("RGB", (across, down), source.randbytes(across * down * 3))
        image = Image.blend(image, noise.resize((width, height), Image.Resampling.BICUBIC), weight)
    # Warm and dark enough that none may be a page, which OCR would have to tell.
    return ImageChops.multiply(image, Image.new("RGB", (width, height), (255, 150, 90)))


def saved(image: Image.Image, image_format: str = "JPEG", **options: object) -> bytes:
    """Return a picture as a file's bytes."""
    data = io.BytesIO()
    image.save(data, image_format, **options)
    return data.getvalue()


def heavy(data: bytes, seed: object, size: int = 1_000_100) -> bytes:
    """Return a JPEG filled up to a size behind its end mark, where no reader looks: over 1 MB without the work."""
    return data + b"\1" + random.Random(f"tail {seed}").randbytes(max(0, size - len(data)))
