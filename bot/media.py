"""What kind of file it is by its first bytes: what a customer's device claims is not believed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

OCTETS: Final = "application/octet-stream"
LONGEST_NAME: Final = 120

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
# RIFF and ISO media files bear their brand a few bytes in.
_RIFF: Mapping[bytes, str] = MappingProxyType({b"WEBP": "image/webp", b"WAVE": "audio/wav"})
_BRANDS: Mapping[bytes, str] = MappingProxyType(
    {
        b"heic": "image/heic",
        b"heix": "image/heic",
        b"mif1": "image/heic",
        b"avif": "image/avif",
        b"M4A ": "audio/mp4",
        b"qt  ": "video/quicktime",
    }
)

# What a browser may show in place without running anything.
SHOWN_INLINE: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"})


def media_type(content: bytes) -> str | None:
    """The media type of a photo, sound, film or PDF; None for anything else."""
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF":
        return _RIFF.get(content[8:12])
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], "video/mp4")
    return None


def plain_name(name: str | None) -> str:
    """A file's name without folders and invisible characters, at most 120 long; `file` if nothing is left."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(mark for mark in last if mark.isprintable()).strip(". ")
    return shown[-LONGEST_NAME:] or "file"
