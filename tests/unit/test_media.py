"""What kind of file it is, and what it may be called."""

import pytest

from bot.media import SHOWN_INLINE, media_type, plain_name


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0 jpeg", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"RIFF....WAVEfmt ", "audio/wav"),
        (b"\x00\x00\x00\x18ftypheic....", "image/heic"),
        (b"\x00\x00\x00\x18ftypM4A ....", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypisom....", "video/mp4"),
        (b"OggS....", "audio/ogg"),
        (b"%PDF-1.7", "application/pdf"),
        (b"<svg xmlns=...>", None),
        (b"<html>", None),
        (b"PK\x03\x04", None),
        (b"MZ\x90", None),
        (b"RIFF....AVI ", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, kind: str | None) -> None:
    assert media_type(content) == kind


def test_nothing_that_can_run_is_shown_in_place() -> None:
    assert not {"image/svg+xml", "text/html", "application/pdf"} & SHOWN_INLINE


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("冰箱.png", "冰箱.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.png", "a.png"),
        ("a\x00\n\u202eb.png", "ab.png"),
        ("...", "file"),
        ("", "file"),
        (None, "file"),
        ("x" * 500 + ".png", "x" * 116 + ".png"),
    ],
)
def test_a_name_has_neither_folders_nor_tricks(given: str | None, kept: str) -> None:
    assert plain_name(given) == kept
