"""What Rasa makes of the script book: read in Rasa's own environment."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.runtime.training import rasa_program
from bot.settings import PROJECT

READ = """
import json, sys
from bot.nlu.importer import ScriptBookImporter
importer = ScriptBookImporter(training_data_paths=sys.argv[1:])
print(json.dumps(importer.get_nlu_data().responses))
"""
LISTEN = """
utter_listen_more:
  situation: {zh-Hans: 一, zh-Hant: 一, en: one}
  answer:
    no_case: {zh-Hans: [您说。], zh-Hant: [您說。], en: [Go on.]}
    with_case: {zh-Hans: [还有吗？], zh-Hant: [還有嗎？], en: ['Anything else?']}
  buttons: {zh-Hans: {没有: 没有了}, zh-Hant: {沒有: 沒有了}, en: {Nothing: "no"}}
  doubt: {zh-Hans: 真的？, zh-Hant: 真的？, en: 'Really?'}
  answer_to_doubt: {zh-Hans: [真的。], zh-Hant: [真的。], en: [Really so.]}
"""
DESK = """
desk_hello:
  situation: {zh-Hans: 一, zh-Hant: 一, en: one}
  answer: {zh-Hans: [好。], zh-Hant: [好。], en: [Hello.]}
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "listen.yml").write_text(LISTEN, encoding="utf-8")
    (tmp_path / "scripts" / "desk.yml").write_text(DESK, encoding="utf-8")
    return tmp_path


def imported(data: Path) -> subprocess.CompletedProcess[str]:
    python = rasa_program(PROJECT, "python")
    command = [python, "-W", "ignore", "-c", READ, str(data)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)


def test_an_entry_becomes_a_response_with_a_condition_on_each_wording(data: Path) -> None:
    responses: dict[str, list[dict[str, Any]]] = json.loads(imported(data).stdout)
    assert responses.keys() == {"utter_listen_more", "utter_listen_more_doubted"}
    assert responses["utter_listen_more"][-1] == {
        "condition": [
            {"type": "slot", "name": "language", "value": "en"},
            {"type": "slot", "name": "has_case", "value": True},
        ],
        "text": "Anything else?",
        "buttons": [{"title": "Nothing", "payload": "no"}],
    }
    assert responses["utter_listen_more_doubted"][0]["text"] == "真的。"


def test_a_book_with_a_mistake_is_not_read(data: Path) -> None:
    (data / "scripts" / "desk.yml").write_text(DESK.replace("en: [Hello.]", "en: []"), encoding="utf-8")
    done = imported(data)
    assert done.returncode != 0
    assert (
        done.stderr.strip()
        .splitlines()[-1]
        .endswith("BrokenBookError: desk.yml: desk_hello, answer, en: needs a list of sentences")
    )
