"""The text of a file somebody brings: UTF-8, or as a spreadsheet in China writes it."""

from typing import Final

from ledger.errors import UnreadableFile

ENCODINGS: Final = ("utf-8-sig", "gb18030")


def decoded(content: bytes) -> str:
    """The text of a file; never with letters that stand for what could not be read.

    Raises:
        UnreadableFile: it is in neither encoding.
    """
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("its text is neither UTF-8 nor GB18030")
