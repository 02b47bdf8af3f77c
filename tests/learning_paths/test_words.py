"""Every verb speaks both languages, and says the same in both."""

import argparse
import re
from collections.abc import Iterator

import pytest

from learning_paths import cli, item_report, refusals, sayings
from learning_paths.commands import comparing, evidence, hours, place, plan, refit, why
from learning_paths.evidence import sayings as of_evidence

FIELD = re.compile(r"{(\w+)[^}]*}")
SAYINGS = {"sayings": sayings.SAYINGS, "evidence": of_evidence.SAYINGS, "items": item_report.FLAGS}
SAYINGS |= {"refusals": refusals.REFUSALS, "fields": refusals.FIELDS, "marks": refusals.MARKS}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def leaves(told: object, place: tuple = ()) -> Iterator[tuple[tuple, str]]:
    """Yield every text with its place."""
    if isinstance(told, str):
        yield place, told
    else:
        for name, one in told.items() if isinstance(told, dict) else enumerate(told):
            yield from leaves(one, (*place, name))


@pytest.mark.parametrize("module", [comparing, evidence, hours, place, plan, refit, why])
def test_a_command_says_the_same_in_both_languages(module):
    english, chinese = (dict(leaves(module.WORDS[language])) for language in ("en", "zh"))
    # names of tables and places are English in the code
    own = {place for place in chinese if place[0] == "names"}
    assert english.keys() == chinese.keys() - own
    for place_, text in english.items():
        assert sorted(FIELD.findall(text)) == sorted(FIELD.findall(chinese[place_])), place_


@pytest.mark.parametrize("name", SAYINGS)
def test_sayings_are_there_in_both_languages_with_the_same_words(name):
    for kind, saying in SAYINGS[name].items():
        assert set(saying) == {"en", "zh"}, kind
        assert set(FIELD.findall(saying["zh"])) <= set(FIELD.findall(saying["en"])), kind
        assert not CHINESE.search(saying["en"]), kind


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield the parsers that run something."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        yield parser
    for action in inner:
        for one in action.choices.values():
            yield from parsers(one)


def test_every_verb_takes_a_language():
    found = list(parsers(cli._parser()))
    assert len(found) > len(cli.VERBS)
    for parser in found:
        (option,) = [action for action in parser._actions if "--language" in action.option_strings]
        assert tuple(option.choices) == ("en", "zh"), parser.prog
