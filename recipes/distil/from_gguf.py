"""Makes a folder that train.py takes of a GGUF file.

    python from_gguf.py FILE -o FOLDER

Numbers are unpacked to 32 bits; what quantizing lost isn't brought back, so rather start from the
model as it was published, where you can.
"""

import argparse
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER")
    args = parser.parse_args()
    source = {"pretrained_model_name_or_path": args.file.parent, "gguf_file": args.file.name}
    AutoTokenizer.from_pretrained(**source).save_pretrained(args.output)
    model = AutoModelForCausalLM.from_pretrained(**source, dtype=torch.float32)
    # It isn't quantized any more, and one that says so can't be trained.
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.hf_quantizer = None
    model.is_quantized = False
    model.save_pretrained(args.output)


if __name__ == "__main__":
    main()
