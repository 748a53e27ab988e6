"""Files are read as they were written, or not at all."""

import pytest

from bot.decoding import decoded
from ledger.errors import UnreadableFile


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_the_encoding_a_spreadsheet_wrote(encoding: str) -> None:
    assert (
        decoded("kind,organisation\n媒体,城南晚报\n".encode(encoding)) == "kind,organisation\n媒体,城南晚报\n"
    )


def test_what_is_no_text_is_refused_instead_of_guessed() -> None:
    with pytest.raises(UnreadableFile, match="GB18030"):
        decoded(b"\xff\xff\x00name")
