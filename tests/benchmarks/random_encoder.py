"""An encoder of a known architecture with random weights: as fast as the real one, and nothing to download."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from packages import pip_install

ARCHITECTURE = "ViT-B-32-256"


def random_encoder(cache: Path) -> Path:
    """A folder for ``local-dir:``, made once. Blocks for some seconds then."""
    folder = cache / f"{ARCHITECTURE}-random"
    if not (folder / "open_clip_model.safetensors").exists():
        import open_clip
        import torch
        from safetensors.torch import save_file

        torch.manual_seed(0)
        model = open_clip.create_model(ARCHITECTURE)
        folder.mkdir(parents=True, exist_ok=True)
        description = {
            "model_cfg": open_clip.get_model_config(ARCHITECTURE),
            "preprocess_cfg": {"resize_mode": "shortest"},
        }
        (folder / "open_clip_config.json").write_text(json.dumps(description, indent=1))
        unfinished = folder / "unfinished"
        save_file({name: value.contiguous() for name, value in model.state_dict().items()}, str(unfinished))
        unfinished.replace(folder / "open_clip_model.safetensors")
    return folder


def export_for_rclip(encoder: Path, data: Path, cache: Path) -> None:
    """Write the towers as the ONNX files that rclip 3.3 looks for in its data folder before it downloads any.

    Its ``model_download`` reads ``<data>/<model>/visual.onnx`` and ``textual.onnx`` (one input ``input``, one output, any
    number of rows) and ``<data>/tokenizer/…``. Exporting takes the package onnx, which photofind does without: it is
    installed beside the exported files.
    """
    import open_clip

    target = data / "ViT-B-32-256-datacomp_s34b_b86k"
    if (target / "textual.onnx").exists():
        return
    tools = cache / "onnx-tools"
    if not tools.exists():
        # Without dependencies: those come from our own environment, and must not hide them.
        pip_install(sys.executable, "--no-deps", "--target", str(tools), "onnx", "onnxscript", "onnx-ir", "ml_dtypes")
    (data / "tokenizer").mkdir(parents=True, exist_ok=True)
    vocabulary = Path(open_clip.__file__).with_name("bpe_simple_vocab_16e6.txt.gz")
    shutil.copy(vocabulary, data / "tokenizer" / vocabulary.name)
    target.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(tools)}
    command = [sys.executable, "-W", "ignore", __file__, str(encoder), str(target)]
    subprocess.run(command, env=environment, check=True)


def _export(encoder: Path, target: Path) -> None:
    import open_clip
    import torch

    class Tower(torch.nn.Module):
        def __init__(self, forward: object) -> None:
            super().__init__()
            self.model = model
            self._tower = forward

        def forward(self, content: torch.Tensor) -> torch.Tensor:
            return self._tower(content)

    model = open_clip.create_model(f"local-dir:{encoder}", require_pretrained=True).eval()
    size_px = model.visual.image_size[0]
    for name, tower, example in (
        ("visual.onnx", model.encode_image, torch.zeros(2, 3, size_px, size_px)),
        ("textual.onnx", model.encode_text, torch.zeros(2, 77, dtype=torch.int64)),
    ):
        unfinished = target / f"unfinished-{name}"
        torch.onnx.export(
            Tower(tower).eval(),
            (example,),
            str(unfinished),
            input_names=["input"],
            output_names=["output"],
            dynamic_axes={"input": {0: "rows"}, "output": {0: "rows"}},
            dynamo=False,
        )
        unfinished.replace(target / name)


if __name__ == "__main__":
    _export(Path(sys.argv[1]), Path(sys.argv[2]))
