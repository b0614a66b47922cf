"""MiniLM as the teacher: texts to unit vectors of 384 numbers."""

from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from minilm_onnx import write_minilm_onnx


class Teacher:
    """all-MiniLM-L6-v2 on ONNX Runtime, float32, with the package's tokenizer."""

    def __init__(self, model_folder: Path, work: Path, threads: int = 2):
        graph = work / "minilm.onnx"
        if not graph.exists():
            write_minilm_onnx(model_folder, graph)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"]
        )
        self.tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(128)

    def embed(self, texts: list[str], batch: int = 64, dtype=np.float32) -> np.ndarray:
        """One unit row a text. Batches hold texts of one length, so that no
        result depends on what stands beside it, and no time goes to padding."""
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch_fast(texts)]
        order = sorted(range(len(ids)), key=lambda i: (len(ids[i]), i))
        out = np.empty((len(texts), 384), dtype)
        start = 0
        while start < len(order):
            length = len(ids[order[start]])
            end = start
            while end < len(order) and end - start < batch and len(ids[order[end]]) == length:
                end += 1
            rows = order[start:end]
            block = np.array([ids[i] for i in rows], np.int32)
            out[rows] = self.session.run(
                None, {"input_ids": block, "attention_mask": np.ones_like(block)}
            )[0]
            start = end
        return out
