"""Files of mentions are read as monitoring tools write them, and what is wrong is named by its line."""

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from bot.opinion.reading import Fault, File, read
from ledger.errors import UnreadableFile
from ledger.vocabulary import Feeling, MentionKind

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 11, 20, 2, 23, tzinfo=UTC)
CHINESE = """编号,来源类型,作者,原文链接,标题,正文,发布时间,粉丝数,情感倾向
a1,微博,老王,https://example.com/1,冰箱,"修了三次,
还是坏",2026/11/20 10:23,1.2万,负面
a2,大V,某博主,,,冰箱门,2026年11月20日 10:23,"12,000",中性
"""


def as_read(text: str, encoding: str = "utf-8") -> File:
    return read(text.encode(encoding), zone=ZONE)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_in_chinese_is_read_in_every_encoding(encoding: str) -> None:
    found = as_read(CHINESE, encoding)
    assert found.faults == ()
    first, second = found.mentions
    assert (first.external_id, first.kind, first.author) == ("a1", MentionKind.POST, "老王")
    assert first.text == "修了三次,\n还是坏"
    assert (first.published_at, first.reach, first.feeling) == (MORNING, 12_000, Feeling.NEGATIVE)
    assert (second.kind, second.url, second.published_at) == (MentionKind.BIG_ACCOUNT, None, MORNING)
    assert (second.reach, second.feeling) == (12_000, Feeling.NEUTRAL)


def test_headers_in_traditional_script_and_in_english_are_known() -> None:
    traditional = as_read(
        "編號\t標題\t內文\t發佈時間\t追蹤人數\n1\t冰箱\t壞了\t2026-11-20T10:23:00+08:00\t3\n"
    )
    english = as_read("ID,Headline,Content,Published,Sentiment\n1,冰箱,壞了,2026-11-20 10:23,Positive\n")
    assert [one.title for one in (*traditional.mentions, *english.mentions)] == ["冰箱", "冰箱"]
    assert {one.published_at for one in (*traditional.mentions, *english.mentions)} == {MORNING}
    assert english.mentions[0].feeling is Feeling.POSITIVE


def test_json_lines_are_read() -> None:
    found = as_read(
        '{"id": 7, "text": "冰箱坏了", "published_at": "2026-11-20T02:23:00Z", "followers": 30, "extra": 1}\n'
        "\n{not json\n[1]\n"
    )
    [mention] = found.mentions
    assert (mention.external_id, mention.reach, mention.published_at) == ("7", 30, MORNING)
    assert found.faults == (Fault(3, "line", "{not json"), Fault(4, "line", "[1]"))


def test_a_workbook_is_read() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["id", "text", "date", "reach"])
    sheet.append([1.0, "冰箱坏了", datetime(2026, 11, 20, 10, 23), 30.0])
    packed = io.BytesIO()
    book.save(packed)
    [mention] = read(packed.getvalue(), zone=ZONE).mentions
    assert (mention.external_id, mention.published_at, mention.reach) == ("1", MORNING, 30)


def test_every_bad_line_is_named_and_the_good_ones_are_kept() -> None:
    found = as_read(
        "id,text,time,sentiment,url,followers\n"
        "1,fine,2026-11-20 10:23,,,\n"
        "2,,2026-11-20 10:23,,,\n"
        "3,when,yesterday,,,\n"
        "4,when,,,,\n"
        "5,what,2026-11-20 10:23,furious,,\n"
        "6,where,2026-11-20 10:23,,javascript:alert(1),\n"
        "7,many,2026-11-20 10:23,,,lots\n"
        "8,when,2026-13-20 10:23,,,\n"
    )
    assert [mention.external_id for mention in found.mentions] == ["1"]
    assert [(fault.line, fault.field, fault.said) for fault in found.faults] == [
        (3, "text", ""),
        (4, "published_at", "yesterday"),
        (5, "published_at", ""),
        (6, "feeling", "furious"),
        (7, "url", "javascript:alert(1)"),
        (8, "reach", "lots"),
        (9, "published_at", "2026-13-20 10:23"),
    ]
    assert str(found.faults[0]) == "Line 3: text: is missing."
    assert str(found.faults[3]) == "Line 6: feeling: 'furious' cannot be used."


def test_without_an_id_the_same_words_are_the_same_mention() -> None:
    header, one, other = "text,date,url\n", "坏了,2026-11-20 10:23,\n", "坏了,2026-11-20 10:24,\n"
    once = as_read(header + one + one + other).mentions
    assert len({mention.external_id for mention in once}) == 2
    [linked] = as_read(header + "坏了,2026-11-20 10:23,https://example.com/9\n").mentions
    assert linked.external_id == "https://example.com/9"


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\xff\xfe\x00\x81", b"name,age\nwang,3\n", b"PK\x03\x04 no workbook", b"[1, 2]"],
)
def test_what_is_no_file_of_mentions_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read(content, zone=ZONE)
