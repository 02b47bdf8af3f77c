"""The phrase task is real text, balanced, with no sentence on both sides, and readable by the model."""

import re

import numpy as np
import pytest
import torch

from graders.kit.models import small_model, small_tokenizer
from graders.kit.phrases import CODES, TYPES, phrase_logits, phrase_task, phrases


@pytest.fixture(scope="module")
def task():
    return phrase_task(np.random.default_rng(1), (40, 10, 25))


def test_known_sentences_of_the_documentation_have_their_type():
    found = {phrase.text: phrase.type for phrase in phrases("sklearn")}
    assert found["Number of jobs to run in parallel."] == "int"
    assert found["Tolerance for the stopping condition."] == "float"
    assert set(found.values()) == set(TYPES)


def test_a_sentence_is_kept_once_whatever_its_case_and_points():
    keys = [re.sub(r"\W+", " ", phrase.text.lower()) for phrase in phrases("sklearn")]
    assert len(keys) == len(set(keys)) > 1000


def test_no_sentence_stands_in_two_parts(task):
    parts = [set(task[name]["text"]) for name in ("train", "validation", "held_out")]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 75


def test_every_type_has_the_same_share_and_its_place_tells_nothing(task):
    labels = task["train"]["labels"]
    assert torch.bincount(labels).tolist() == [8] * 5
    assert labels.tolist() != [i % 5 for i in range(40)]


def test_rows_of_the_vocabulary_give_the_sentences_back(task):
    tokenizer, part = small_tokenizer(), task["held_out"]
    for text, ids, mask in zip(part["text"], part["ids"], part["mask"], strict=True):
        assert tokenizer.decode([task["vocabulary"][row] for row in ids[mask.bool()]]) == text


def test_code_words_are_rows_of_the_vocabulary(task):
    tokens = [task["vocabulary"][row] for row in task["codes"]]
    assert small_tokenizer().decode(tokens).split() == task["words"]
    assert len(CODES) == len(set(CODES)) >= 10


def test_padding_changes_no_score(task):
    model, part = small_model(1, task["vocabulary"]), task["held_out"]
    with torch.no_grad():
        together = phrase_logits(model, part["ids"], part["mask"], task["codes"])
        alone = phrase_logits(model, part["ids"][3:4], part["mask"][3:4], task["codes"])
    torch.testing.assert_close(together[3:4], alone, rtol=1e-4, atol=1e-5)


def test_the_same_generator_draws_the_same_task(task):
    again = phrase_task(np.random.default_rng(1), (40, 10, 25))
    assert again["train"]["text"] == task["train"]["text"]
    assert again["words"] == task["words"]


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="ask for fewer"):
        phrase_task(np.random.default_rng(0), (5000, 0, 0))
    with pytest.raises(ValueError, match="one token each"):
        phrase_task(
            np.random.default_rng(0), (5, 0, 0), codes=("red", "blue", "green", "black", "chartreuse")
        )
    with pytest.raises(ModuleNotFoundError, match="no package"):
        phrases("a_package_that_is_not_there")
