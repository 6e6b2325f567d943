"""Pictures as a telephone takes them."""

from io import BytesIO

from PIL import Image


def drawn(kind: str = "PNG", size: tuple[int, int] = (390, 844), shade: int = 0) -> bytes:
    """A picture of this kind (PNG, JPEG or WEBP); another ``shade`` is another picture."""
    made = BytesIO()
    Image.new("RGB", size, (shade, 99, 180)).save(made, kind)
    return made.getvalue()
