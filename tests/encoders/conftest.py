"""A shelf, and tiny encoders with random weights of real architectures, as open_clip would save them."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photofind.encoders.shelf import Shelf

SHELF_LIST = Path(__file__).parents[2] / "resources" / "shelf.json"

_TEXT = {"context_length": 16, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1}
_VIT = {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16}
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "vit": {"embed_dim": 16, "vision_cfg": _VIT, "text_cfg": _TEXT},
    "resnet": {
        "embed_dim": 16,
        "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "patch_size": None},
        "text_cfg": _TEXT,
    },
    "siglip": {
        "embed_dim": 192,
        "init_logit_bias": -10,
        "custom_text": True,
        "vision_cfg": {
            "image_size": 160,
            "timm_model_name": "test_vit",
            "timm_model_pretrained": False,
            "timm_pool": "avg",
            "timm_proj": "linear",
        },
        "text_cfg": {
            "context_length": 8,
            "vocab_size": 64,
            "hf_tokenizer_name": ".",
            "tokenizer_kwargs": {"clean": "canonicalize"},
            "width": 192,
            "heads": 2,
            "layers": 1,
            "no_causal_mask": True,
            "proj_bias": True,
            "pool_type": "last",
            "norm_kwargs": {"eps": 1e-6},
            "act_kwargs": {"approximate": "tanh"},
        },
    },
    "roberta": {
        "embed_dim": 16,
        "vision_cfg": _VIT,
        "text_cfg": {
            "hf_model_name": ".",
            "hf_tokenizer_name": ".",
            "hf_pooler_type": "mean_pooler",
            "hf_proj_type": "mlp",
        },
    },
}
# As real SigLIP towers gather their patches; test_vit has 64 numbers to a patch.
ARCHITECTURES["siglip-map"] = {
    **ARCHITECTURES["siglip"],
    "embed_dim": 64,
    "vision_cfg": {**ARCHITECTURES["siglip"]["vision_cfg"], "timm_pool": "map", "timm_proj": "none"},
}
PREPROCESS = {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "interpolation": "bicubic", "resize_mode": "squash"}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf", SHELF_LIST)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes the folder of an architecture; the same one each time, so nobody changes it."""
    made: dict[str, Path] = {}

    def folder_of(architecture: str) -> Path:
        if architecture not in made:
            made[architecture] = _save(architecture, tmp_path_factory.mktemp("tiny") / f"tiny-{architecture}")
        return made[architecture]

    return folder_of


def _save(architecture: str, folder: Path) -> Path:
    import open_clip
    import safetensors.torch
    import torch

    folder.mkdir()
    model_cfg = ARCHITECTURES[architecture]
    text_cfg = model_cfg["text_cfg"]
    if architecture.startswith("siglip"):
        _save_gemma_tokenizer(folder)
    elif "hf_tokenizer_name" in text_cfg:
        _save_tokenizer(folder)
    if "hf_model_name" in text_cfg:
        _save_text_tower(folder)
    built = {
        **model_cfg,
        "text_cfg": {**text_cfg, **({"hf_model_name": str(folder)} if "hf_model_name" in text_cfg else {})},
    }
    name = f"photofind-test-{architecture}"
    (folder / f"{name}.json").write_text(json.dumps(built))
    open_clip.add_model_config(folder / f"{name}.json")
    (folder / f"{name}.json").unlink()
    torch.manual_seed(1)
    model = open_clip.create_model(name, pretrained_text=False)
    with torch.no_grad():  # open_clip starts some towers with zeros, which would make all pictures equal
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    safetensors.torch.save_file(
        {key: value.contiguous() for key, value in model.state_dict().items()}, folder / "open_clip_model.safetensors"
    )
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": model_cfg, "preprocess_cfg": PREPROCESS}))
    return folder


def _save_tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["<pad>", "<s>", "</s>", "<unk>", "a", "red", "dog", "blue", "cat", "photo", "of"]
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "<pad>", "unk_token": "<unk>"})
    )


def _save_gemma_tokenizer(folder: Path) -> None:
    """Like the one of SigLIP2's folders: letters joined by merges, the end marked, padded on the right."""
    from tokenizers import Tokenizer, models, normalizers, processors

    vocabulary = {
        word: at for at, word in enumerate(["<pad>", "<eos>", "<bos>", "<unk>", *"▁abcdefghijklmnopqrstuvwxyz"])
    }
    merges = [("▁", "d"), ("▁d", "o"), ("▁do", "g")]
    vocabulary.update({left + right: len(vocabulary) + at for at, (left, right) in enumerate(merges)})
    tokenizer = Tokenizer(
        models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.post_processor = processors.TemplateProcessing(single="$A <eos>", special_tokens=[("<eos>", 1)])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            {
                "tokenizer_class": "GemmaTokenizer",
                "add_bos_token": False,
                "add_eos_token": True,
                "bos_token": "<bos>",
                "eos_token": "<eos>",
                "pad_token": "<pad>",
                "unk_token": "<unk>",
                "padding_side": "right",
            }
        )
    )


def _save_text_tower(folder: Path) -> None:
    from transformers import RobertaConfig

    RobertaConfig(
        vocab_size=32,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=90,
        pad_token_id=0,
    ).save_pretrained(folder)


@pytest.fixture
def pictures() -> np.ndarray:
    """Six 32 × 32 pictures that differ clearly."""
    return np.random.default_rng(5).integers(0, 256, size=(6, 32, 32, 3), dtype=np.uint8)


@dataclass
class LocalHub:
    """As much of a hub as photofind speaks with. ``stall_after``: bytes of a file after which the connection hangs."""

    url: str
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    licence: str = "mit"
    ranges: list[str] = field(default_factory=list)
    announced: dict[str, str] = field(default_factory=dict)  # file name → another SHA-256 than the true one
    stall_after: int | None = None
    break_after: int | None = None
    knows_ranges: bool = True
    stalled: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def sha256(self, name: str, content: bytes) -> str:
        return self.announced.get(name) or hashlib.sha256(content).hexdigest()


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    server.daemon_threads = True
    local = LocalHub(f"http://127.0.0.1:{server.server_address[1]}")
    server.hub = local  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield local
    local.go_on.set()
    server.shutdown()
    server.server_close()
    thread.join()


class _Hub(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        hub: LocalHub = self.server.hub  # type: ignore[attr-defined]
        path = self.path.split("?")[0].lstrip("/")
        if path.startswith("api/models/"):
            repository = path.removeprefix("api/models/").split("/revision/")[0]
            if repository not in hub.files:
                self._answer(404, b'{"error": "Repository not found"}', {"X-Error-Code": "RepoNotFound"})
                return
            self._answer(200, json.dumps(self._model(hub, repository)).encode(), {"Content-Type": "application/json"})
            return
        repository, _, rest = path.partition("/resolve/")
        content = hub.files.get(repository, {}).get(rest.partition("/")[2])
        if content is None:
            self._answer(404, b"")
            return
        self._send_file(hub, content)

    def _model(self, hub: LocalHub, repository: str) -> dict[str, Any]:
        siblings = []
        for name, content in hub.files[repository].items():
            git = hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()
            entry: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": git}
            if name.endswith((".safetensors", ".bin")):
                entry["lfs"] = {"sha256": hub.sha256(name, content), "size": len(content), "pointerSize": 134}
            siblings.append(entry)
        return {
            "id": repository,
            "modelId": repository,
            "sha": "0123456789abcdef0123456789abcdef01234567",
            "private": False,
            "tags": [],
            "downloads": 0,
            "likes": 0,
            "cardData": {"license": hub.licence},
            "siblings": siblings,
        }

    def _send_file(self, hub: LocalHub, content: bytes) -> None:
        wanted = self.headers.get("Range", "") if hub.knows_ranges else ""
        start = 0
        if wanted:
            hub.ranges.append(wanted)
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if hub.break_after is not None:
            self.wfile.write(content[start : start + hub.break_after])
            self.close_connection = True
            return
        if hub.stall_after is not None and start < hub.stall_after:
            self.wfile.write(content[start : hub.stall_after])
            self.wfile.flush()
            hub.stalled.set()
            hub.go_on.wait(60)
            self.close_connection = True
            return
        self.wfile.write(content[start:])

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")  # else a client in this process keeps a thread of the hub waiting
        self.end_headers()
        self.wfile.write(body)
