"""The words of start page, panel and tour: the same in both languages, and none is missing."""

import json
import re

import pytest

from catalogue.folders import CHECKOUT

STATIC = CHECKOUT / "learning_paths/ui/labextensions/zhisuan-academy/static"
TEXTS: dict[str, dict[str, str]] = json.loads((STATIC / "text.json").read_text(encoding="utf-8"))
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in STATIC.rglob("*.js")}
FIELD = re.compile(r"{(\w+)}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OTHER_LANGUAGE = "other-language"  # the one text that is each in the other language


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_says_the_same_in_both_languages(name):
    text = TEXTS[name]
    assert set(text) == {"en", "zh"}
    assert sorted(FIELD.findall(text["en"])) == sorted(FIELD.findall(text["zh"]))
    assert bool(CHINESE.search(text["en"])) == (name == OTHER_LANGUAGE)


def test_a_name_that_is_not_there_would_be_shown_as_it_is():
    """What `say`, `tell` and `button` are given literally has to be a text."""
    asked = re.compile(r"(?:\.(?:say|tell)\(|button\((?:this\.)?words, |button\(this\.words, )'([a-z-]+)'")
    found = {name: script for script, text in SCRIPTS.items() for name in asked.findall(text)}
    assert len(found) > 100
    assert {name: script for name, script in found.items() if name not in TEXTS} == {}
