"""Checkpoint → GGUF (llama architecture, F16 or Q8_0), and GGUF → Hugging Face folder (safetensors) to train adapters on."""

import argparse
import json
from pathlib import Path

import gguf
import numpy as np
import torch
from tokenizers import Tokenizer

from .network import Network, Shape
from .vocab import END, FIX, PAD, SPECIALS, UNIT, load_vocab, vocab_of

# What serving renders: the first user message between two marks; system text and later turns are left out.
CHAT_TEMPLATE = (
    "{%- set state = namespace(found=false) -%}{%- for message in messages -%}"
    "{%- if message['role'] == 'user' and not state.found -%}{%- set state.found = true -%}"
    f"{{{{ '{UNIT}' + message['content'] + '{FIX}' }}}}"
    "{%- endif -%}{%- endfor -%}"
)


def load_network(checkpoint: Path, weights: str = "average", half: bool = True) -> Network:
    """The network of a checkpoint: its averaged or its last weights, matrices rounded to half precision as they are shipped."""
    state = torch.load(checkpoint, weights_only=True)
    network = Network(Shape(**state["shape"]))
    network.load_state_dict(state["average"] if weights == "average" else state["network"])
    if half:
        with torch.no_grad():
            for weight in network.parameters():
                if weight.dim() == 2:
                    weight.copy_(weight.half().float())
    return network.eval()


def permuted(matrix: np.ndarray, heads: int) -> np.ndarray:
    """Rows of q and k from Hugging Face's rotary layout (halves) to llama.cpp's (neighbours)."""
    return matrix.reshape(heads, 2, -1, matrix.shape[1]).swapaxes(1, 2).reshape(matrix.shape)


def unpermuted(matrix: np.ndarray, heads: int) -> np.ndarray:
    """The way back of `permuted`."""
    return matrix.reshape(heads, -1, 2, matrix.shape[1]).swapaxes(1, 2).reshape(matrix.shape)


LAYER_NAMES = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def tensor_name(name: str) -> str:
    """Hugging Face's name of a weight (without `model.`) → llama.cpp's."""
    if name == "embed_tokens.weight":
        return "token_embd.weight"
    if name == "norm.weight":
        return "output_norm.weight"
    _, layer, rest = name.split(".", 2)
    return f"blk.{layer}.{LAYER_NAMES[rest.removesuffix('.weight')]}.weight"


# How matrices can be kept: two bytes a number, or blocks of 32 with a common scale, about one byte a number.
STORES = {
    "F16": (gguf.GGMLQuantizationType.F16, gguf.LlamaFileType.MOSTLY_F16),
    "Q8_0": (gguf.GGMLQuantizationType.Q8_0, gguf.LlamaFileType.MOSTLY_Q8_0),
}


def write_gguf(network: Network, tokenizer_path: Path, out: Path, store: str = "F16") -> None:
    """Writes the model file that Ollama and node-llama-cpp load. Output weights are the input embeddings (tied)."""
    shape = network.shape
    kind, file_type = STORES[store]
    writer = gguf.GGUFWriter(out, "llama")
    writer.add_name("mender")
    writer.add_description("Mends one-place slips in small JavaScript and TypeScript functions")
    writer.add_license("MIT")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.width // shape.head)
    writer.add_head_count_kv(shape.width // shape.head)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(shape.theta)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_vocab_size(shape.vocab)
    writer.add_file_type(file_type)
    add_tokenizer(writer, tokenizer_path)
    for name, weight in network.named_parameters():
        matrix = weight.detach().float().numpy()
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            matrix = permuted(matrix, shape.width // shape.head)
        stored = kind if matrix.ndim == 2 else gguf.GGMLQuantizationType.F32
        writer.add_tensor(tensor_name(name), gguf.quants.quantize(np.ascontiguousarray(matrix), stored), raw_dtype=stored)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_tokenizer(writer: gguf.GGUFWriter, path: Path) -> None:
    tokenizer = load_vocab(path)
    merges = json.loads(path.read_text(encoding="utf-8"))["model"]["merges"]
    tokens = [tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if t in SPECIALS else gguf.TokenType.NORMAL for t in tokens])
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in merges])
    writer.add_bos_token_id(tokens.index(UNIT))
    writer.add_eos_token_id(tokens.index(END))
    writer.add_pad_token_id(tokens.index(PAD))
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def read_gguf(path: Path) -> Network:
    """The network of a shipped model file, its weights as a server sees them, however they are kept."""
    reader = gguf.GGUFReader(path)

    def number(key: str) -> float:
        return reader.fields[f"llama.{key}"].contents()

    heads = int(number("attention.head_count"))
    width = int(number("embedding_length"))
    shape = Shape(
        vocab=int(number("vocab_size")),
        width=width,
        layers=int(number("block_count")),
        head=width // heads,
        inner=int(number("feed_forward_length")),
        context=int(number("context_length")),
        theta=float(number("rope.freq_base")),
        epsilon=float(number("attention.layer_norm_rms_epsilon")),
    )
    network = Network(shape)
    tensors = {tensor.name: np.array(gguf.quants.dequantize(tensor.data, tensor.tensor_type)) for tensor in reader.tensors}
    with torch.no_grad():
        for name, weight in network.named_parameters():
            matrix = tensors[tensor_name(name)].reshape(weight.shape)
            if name.endswith(("q_proj.weight", "k_proj.weight")):
                matrix = unpermuted(matrix, heads)
            weight.copy_(torch.from_numpy(np.ascontiguousarray(matrix)))
    return network.eval()


def read_vocab(path: Path) -> Tokenizer:
    """The tokenizer of a shipped model file."""
    fields = gguf.GGUFReader(path).fields
    return vocab_of(fields["tokenizer.ggml.tokens"].contents(), fields["tokenizer.ggml.merges"].contents())


def write_safetensors(network: Network, tokenizer_path: Path, folder: Path) -> None:
    """A Hugging Face folder (LlamaForCausalLM) of the network: what PEFT trains on and `ollama create` imports."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    shape = network.shape
    weights = {f"model.{name}": weight.detach().half().contiguous() for name, weight in network.named_parameters()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer = load_vocab(tokenizer_path)
    ids = {name: tokenizer.token_to_id(name) for name in (UNIT, FIX, END, PAD)}
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": shape.vocab,
        "hidden_size": shape.width,
        "intermediate_size": shape.inner,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.width // shape.head,
        "num_key_value_heads": shape.width // shape.head,
        "head_dim": shape.head,
        "max_position_embeddings": shape.context,
        "rms_norm_eps": shape.epsilon,
        "rope_theta": shape.theta,
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "torch_dtype": "float16",
        "bos_token_id": ids[UNIT],
        "eos_token_id": ids[END],
        "pad_token_id": ids[PAD],
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    (folder / "tokenizer.json").write_text(tokenizer_path.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": UNIT, "eos_token": END, "pad_token": PAD, "add_bos_token": False, "chat_template": CHAT_TEMPLATE}, indent=2),
        encoding="utf-8",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--weights", choices=["average", "last"], default="average")
    parser.add_argument("--store", choices=list(STORES), default="F16")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    write_gguf(load_network(options.checkpoint, options.weights), options.checkpoint.parent / "tokenizer.json", options.out, options.store)


if __name__ == "__main__":
    main()
