"""Writes an encoder folder for ``local-dir:`` with a tiny CLIP of random weights: small_encoder.py FOLDER"""

import json
import sys
from pathlib import Path

_CONFIGURATION = {
    "embed_dim": 64,
    "vision_cfg": {"image_size": 64, "layers": 2, "width": 64, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}


def main(folder: Path) -> None:
    import torch
    from open_clip.model import CLIP
    from safetensors.torch import save_file

    torch.manual_seed(0)
    folder.mkdir(parents=True)
    (folder / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": _CONFIGURATION, "preprocess_cfg": {"resize_mode": "shortest"}})
    )
    weights = {name: value.contiguous() for name, value in CLIP(**_CONFIGURATION).state_dict().items()}
    save_file(weights, str(folder / "open_clip_model.safetensors"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
