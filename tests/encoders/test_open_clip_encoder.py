"""The towers in this process; the encoder process is tested beside."""

import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.folder import check_folder
from photofind.encoders.open_clip_encoder import OpenClipEncoder, encode_in_parts


def never_half(_device: str, _probe: Callable[[], bool]) -> bool:
    return False


def encoder_of(folder: Path) -> OpenClipEncoder:
    return OpenClipEncoder(check_folder(folder), threads=1, is_half_better=never_half)


@pytest.mark.parametrize("architecture", ["vit", "resnet", "siglip", "roberta"])
def test_vectors_are_those_of_open_clip_itself(architecture: str, tiny_folder: Callable[[str], Path]) -> None:
    import open_clip
    import torch

    folder = tiny_folder(architecture)
    encoder = encoder_of(folder)
    size_px = check_folder(folder).input_spec.size_px
    pictures = np.random.default_rng(5).integers(0, 256, size=(3, size_px, size_px, 3), dtype=np.uint8)
    found = encoder.encode_images(pictures)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert not np.array_equal(found[0], found[1])
    words = ["a red dog", "blue cat"]
    spoken = np.stack([vector for vector in encoder.encode_texts(words) if vector is not None])
    assert np.allclose(np.linalg.norm(spoken, axis=1), 1, atol=1e-5)
    assert not np.allclose(spoken[0], spoken[1])
    if architecture == "roberta":  # open_clip looks for "." where the program was started, so it has nothing to compare
        return
    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    with torch.inference_mode():
        batch = torch.stack([preprocess(Image.fromarray(picture)) for picture in pictures])
        expected = model.eval().encode_image(batch, normalize=True).numpy()
        tokens = open_clip.get_tokenizer(f"local-dir:{folder}")(words)
        expected_texts = model.encode_text(tokens, normalize=True).numpy()
    assert (np.sum(found * expected, axis=1) > 0.9999).all()
    assert (np.sum(spoken * expected_texts, axis=1) > 0.9999).all()


def test_blank_texts_have_no_vector_and_no_pictures_give_none(tiny_folder: Callable[[str], Path]) -> None:
    encoder = encoder_of(tiny_folder("vit"))
    first, second, third = encoder.encode_texts(["", "dog", " \n"])
    assert first is None
    assert second is not None
    assert third is None
    assert encoder.encode_texts([]) == []
    assert encoder.encode_images(np.empty((0, 32, 32, 3), dtype=np.uint8)).shape == (0, 16)
    with pytest.raises(EncoderUnavailable, match="32 × 32"):
        encoder.encode_images(np.zeros((1, 16, 16, 3), dtype=np.uint8))


@pytest.mark.parametrize("suffix", ["bin", "pt"])
def test_pickled_weights_load_when_they_are_only_weights(
    suffix: str, tiny_folder: Callable[[str], Path], tmp_path: Path, pictures: np.ndarray
) -> None:
    import safetensors.torch
    import torch

    folder = shutil.copytree(tiny_folder("vit"), tmp_path / "copy")
    safe = folder / "open_clip_model.safetensors"
    torch.save({"state_dict": safetensors.torch.load_file(safe)}, folder / f"weights.{suffix}")
    expected = encoder_of(folder).encode_images(pictures)
    safe.unlink()
    assert np.allclose(encoder_of(folder).encode_images(pictures), expected, atol=1e-6)


class _Bomb:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.target,))


@pytest.mark.parametrize("suffix", ["bin", "pt", "pth"])
def test_pickled_code_is_refused_and_never_runs(
    suffix: str, tiny_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    import torch

    folder = shutil.copytree(tiny_folder("vit"), tmp_path / "copy")
    (folder / "open_clip_model.safetensors").unlink()
    trace = tmp_path / "ran"
    for save in (
        torch.save,
        lambda content, path: path.write_bytes(pickle.dumps(content)),
    ):
        save({"state_dict": _Bomb(trace)}, folder / f"model.{suffix}")
        with pytest.raises(EncoderUnavailable, match="cannot be loaded"):
            encoder_of(folder)
        assert not trace.exists()


def test_weights_that_do_not_fit_are_refused_in_a_sentence(tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_folder("vit"), tmp_path / "copy")
    config = json.loads((folder / "open_clip_config.json").read_text())
    config["model_cfg"]["vision_cfg"]["width"] = 48
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    with pytest.raises(EncoderUnavailable, match=r"^The encoder in “.*” cannot be loaded: [^\n]*\.$"):
        encoder_of(folder)
    shutil.copyfile(tiny_folder("vit") / "open_clip_config.json", folder / "open_clip_config.json")
    (folder / "open_clip_model.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(EncoderUnavailable, match="cannot be loaded"):
        encoder_of(folder)


def test_weights_that_give_no_numbers_are_refused(
    tiny_folder: Callable[[str], Path], tmp_path: Path, pictures: np.ndarray
) -> None:
    import safetensors.torch

    folder = shutil.copytree(tiny_folder("vit"), tmp_path / "copy")
    weights = safetensors.torch.load_file(folder / "open_clip_model.safetensors")
    weights["visual.proj"][:] = float("nan")
    safetensors.torch.save_file(weights, folder / "open_clip_model.safetensors")
    with pytest.raises(EncoderUnavailable, match="no usable vectors"):
        encoder_of(folder).encode_images(pictures)


def test_half_precision_gives_nearly_the_same_vectors(tiny_folder: Callable[[str], Path], pictures: np.ndarray) -> None:
    from photofind.encoders.half_precision import native_half

    if native_half("cpu") is None:
        pytest.skip("this processor has no bfloat16")
    folder = check_folder(tiny_folder("vit"))
    half = OpenClipEncoder(folder, threads=1, is_half_better=lambda _device, probe: isinstance(probe(), bool))
    exact = OpenClipEncoder(folder, threads=1, is_half_better=never_half)
    cosines = np.sum(half.encode_images(pictures) * exact.encode_images(pictures), axis=1)
    assert (cosines > 0.995).all()
    assert not np.array_equal(cosines, np.ones(len(pictures))), "half precision was in use"


def test_a_batch_that_does_not_fit_into_memory_is_halved_until_it_does() -> None:
    sizes: list[int] = []

    def encode(batch: np.ndarray) -> np.ndarray:
        sizes.append(len(batch))
        if len(batch) > 2:
            raise MemoryError
        return batch[:, 0, 0, :1].astype(np.float32)

    pictures = np.arange(7, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), dtype=np.uint8)
    found = encode_in_parts(encode, pictures, lambda error: isinstance(error, MemoryError))
    assert found[:, 0].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert max(sizes) == 7
    with pytest.raises(ZeroDivisionError):
        encode_in_parts(lambda _batch: 1 / 0, pictures, lambda error: isinstance(error, MemoryError))


def test_a_device_without_memory_gets_smaller_parts_and_then_the_processor_goes_on(
    tiny_folder: Callable[[str], Path], pictures: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    import torch

    encoder = encoder_of(tiny_folder("resnet"))
    expected = encoder.encode_images(pictures)
    device, fits = encoder._feed, 2

    class Small:
        overlaps = False

        def begin(self, part: np.ndarray) -> Callable[[], np.ndarray]:
            if len(part) > fits:
                raise torch.OutOfMemoryError
            return device.begin(part)

    encoder._feed, encoder.device = Small(), "cuda"  # type: ignore[assignment]
    assert np.allclose(encoder.encode_images(pictures), expected, atol=1e-5)
    assert encoder._most == 1, "from six to three to one"
    fits = 0
    with caplog.at_level("WARNING"):
        assert np.allclose(encoder.encode_images(pictures), expected, atol=1e-5)
    assert encoder.device == "cpu"
    assert encoder.encode_texts(["dog"])[0] is not None


def test_the_network_can_be_forbidden_for_good() -> None:
    script = """
import socket, urllib.request
from photofind.encoders.no_network import forbid_network
listener = socket.create_server(("127.0.0.1", 0))
forbid_network()
for attempt in (
    lambda: socket.create_connection(listener.getsockname()),
    lambda: socket.getaddrinfo("example.org", 443),
    lambda: urllib.request.urlopen(f"http://127.0.0.1:{listener.getsockname()[1]}/"),
):
    try:
        attempt()
    except OSError as error:  # urllib wraps it
        assert "no business" in str(error), error
        continue
    raise SystemExit("a connection was made")
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
