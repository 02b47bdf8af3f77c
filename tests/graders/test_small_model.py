"""The small model is what transformers itself reads from the same file, only faster and in part."""

import numpy as np
import pytest
import torch

from graders.kit.models import small_model, small_tokenizer, weights_path

PROMPT = [{"role": "user", "content": "What is the capital of France?"}]


@pytest.fixture(scope="module")
def whole():
    return small_model()


def test_the_whole_model_answers_a_question_in_its_chat_format(whole):
    tokenizer = small_tokenizer()
    text = tokenizer.apply_chat_template(PROMPT, tokenize=False, add_generation_prompt=True)
    ids = tokenizer(text, return_tensors="pt")
    answer = whole.generate(**ids, max_new_tokens=12, do_sample=False)[0, ids.input_ids.shape[1] :]
    assert tokenizer.decode(answer, skip_special_tokens=True) == "The capital of France is Paris."


def test_a_cut_model_is_the_start_of_the_whole_one(whole):
    ids = torch.tensor([[504, 2026, 314]])
    with torch.no_grad():
        expected = whole.model(ids, output_hidden_states=True).hidden_states[2]
        found = small_model(layers=3).model(ids, output_hidden_states=True).hidden_states[2]
    assert torch.equal(found, expected)


def test_a_short_vocabulary_keeps_the_rows_in_the_given_order(whole):
    kept = [504, 17, 49151]
    model = small_model(layers=1, vocabulary=kept)
    assert torch.equal(model.model.embed_tokens.weight, whole.model.embed_tokens.weight[kept])
    assert model.lm_head.weight is model.model.embed_tokens.weight


def test_two_calls_share_no_memory():
    first, second = small_model(1, [0]), small_model(1, [0])
    with torch.no_grad():
        first.model.layers[0].self_attn.q_proj.weight.zero_()
    assert second.model.layers[0].self_attn.q_proj.weight.abs().sum() > 0


@pytest.mark.parametrize(
    ("layers", "vocabulary"), [(0, None), (31, None), (1, []), (1, [3, 3]), (1, [49152]), (1, [0.5])]
)
def test_what_is_out_of_range_is_refused(layers, vocabulary):
    with pytest.raises(ValueError, match=r"layers is|vocabulary must"):
        small_model(layers, vocabulary)


@pytest.mark.parametrize(
    "text", ["n_jobs=3.14 and 2026", "\ttabs  and\nlines", "你好, ünïcode", "def f(x): return x"]
)
def test_the_tokenizer_gives_a_text_back_unchanged(text):
    tokenizer = small_tokenizer()
    assert tokenizer.decode(tokenizer(text).input_ids) == text


def test_digits_are_single_tokens():
    assert len(small_tokenizer()("2026").input_ids) == 4


@pytest.mark.filterwarnings("ignore")  # the loader that we compare with warns on its own account
def test_weights_and_tokens_equal_those_of_the_transformers_loader(whole):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    path = weights_path()
    theirs = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
    expected, found = theirs.state_dict(), whole.state_dict()
    assert expected.keys() == found.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    ids = torch.arange(100, 120)[None]
    with torch.no_grad():
        assert torch.equal(whole(ids).logits, theirs(ids).logits)
    tokens = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    text = "The parameter n_jobs=-1 uses all 64 cores. 你好\n"
    np.testing.assert_array_equal(small_tokenizer()(text).input_ids, tokens(text).input_ids)
