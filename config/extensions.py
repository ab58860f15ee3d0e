"""Which extension may a file bear, given what its content is? A stranger's is kept only where it fits."""

from collections.abc import Mapping

# Of each format the extensions that it may bear, the usual one first.
_EXTENSIONS: Mapping[str, tuple[str, ...]] = {
    "docx": ("docx",),
    "doc": ("doc", "wps"),
    "wordml": ("xml", "doc"),
    "rtf": ("rtf", "doc"),
    "odt": ("odt",),
    "xlsx": ("xlsx",),
    "xls": ("xls", "et"),
    "ods": ("ods",),
    "csv": ("csv", "txt"),
    "pptx": ("pptx",),
    "ppt": ("ppt", "dps"),
    "pdf": ("pdf",),
    "jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "png": ("png",),
    "gif": ("gif",),
    "bmp": ("bmp",),
    "tiff": ("tif", "tiff"),
    "webp": ("webp",),
    "heic": ("heic", "heif"),
    "avif": ("avif",),
    "mp4": ("mp4", "m4v"),
    "mov": ("mov", "qt"),
    "3gp": ("3gp",),
    "avi": ("avi",),
    "wmv": ("wmv", "asf"),
    "mkv": ("mkv", "webm"),
    "flv": ("flv",),
    "mpeg": ("mpg", "mpeg", "vob"),
    "mpegts": ("ts", "mts", "m2ts"),
    "zip": ("zip",),
    "rar": ("rar",),
    "7z": ("7z",),
    "gz": ("gz", "tgz"),
    "tar": ("tar",),
    "eml": ("eml",),
    "msg": ("msg",),
    "text": ("txt", "csv"),
    "html": ("html", "htm"),
    "mht": ("mht", "mhtml"),
}
_KNOWN = {extension for known in _EXTENSIONS.values() for extension in known}


def extension_of(name: str, form: str) -> str:
    """Return the extension that a file is to bear: the sender's where its content may have it, else its format's."""
    said = name.rpartition(".")[2].lower() if "." in name else ""
    fitting = _EXTENSIONS.get(form)
    if fitting:
        return said if said in fitting else fitting[0]
    return said if said in _KNOWN else "bin"


def usual_extension(name: str, form: str) -> str:
    """Return the extension that a format usually bears, whatever the file was called; of an unknown one its own."""
    fitting = _EXTENSIONS.get(form)
    return fitting[0] if fitting else extension_of(name, form)
