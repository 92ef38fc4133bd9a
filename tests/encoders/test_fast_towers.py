"""What makes towers faster leaves their vectors alone: tiny random weights of real architectures."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from photofind.encoders.folder import check_folder
from photofind.encoders.half_precision import native_half
from photofind.encoders.open_clip_encoder import OpenClipEncoder
from photofind.encoders.part_sizes import PartSizes


@pytest.mark.parametrize("architecture", ["vit", "resnet", "siglip", "roberta"])
def test_loading_without_random_weights_gives_the_same_parameters_and_buffers(
    architecture: str, tiny_folder: Callable[[str], Path]
) -> None:
    from photofind.encoders import weights_loading

    fast = weights_loading._without_random_weights(check_folder(tiny_folder(architecture)))
    assert fast is not None, "the fast way was taken"
    plain = weights_loading._as_open_clip_does(check_folder(tiny_folder(architecture)))
    for kind in ("named_parameters", "named_buffers"):
        expected = dict(getattr(plain, kind)())
        found = dict(getattr(fast, kind)())
        assert found.keys() == expected.keys()
        for name, tensor in expected.items():
            assert found[name].dtype == tensor.dtype, name
            assert found[name].equal(tensor), name


def test_what_the_fast_loading_cannot_do_is_loaded_the_ordinary_way(
    tiny_folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from open_clip import factory

    from photofind.encoders.weights_loading import load_model

    load, calls = factory.load_checkpoint, []

    def first_time_wrong(*args: object, **kwargs: object) -> object:
        calls.append(1)
        if len(calls) == 1:
            raise NotImplementedError("a tower that cannot be built so")
        return load(*args, **kwargs)

    monkeypatch.setattr(factory, "load_checkpoint", first_time_wrong)
    with caplog.at_level(logging.INFO, "photofind"):
        load_model(check_folder(tiny_folder("vit")))
    assert len(calls) == 2
    assert "the ordinary way" in caplog.text


@pytest.mark.parametrize("architecture", ["vit", "siglip"])
def test_a_tower_rewritten_for_the_processor_gives_the_same_vectors(
    architecture: str, tiny_folder: Callable[[str], Path]
) -> None:
    if native_half("cpu") is None:
        pytest.skip("this processor has no bfloat16")
    folder = check_folder(tiny_folder(architecture))
    exact = OpenClipEncoder(folder, threads=1, device="cpu", is_half_better=lambda _device, _probe: False)
    fast = OpenClipEncoder(folder, threads=1, device="cpu", is_half_better=lambda _device, _probe: True)
    assert fast._tower._takes_bytes
    size_px = folder.input_spec.size_px
    pictures = np.random.default_rng(5).integers(0, 256, size=(5, size_px, size_px, 3), dtype=np.uint8)
    assert (np.sum(fast.encode_images(pictures) * exact.encode_images(pictures), axis=1) > 0.995).all()
    for found, expected in zip(*(one.encode_texts(["dog", "a red cat"]) for one in (fast, exact)), strict=True):
        assert found is not None
        assert expected is not None
        assert found @ expected > 0.995


@pytest.mark.parametrize("name", ["fastvit_t8", "mobilenetv2_035", "resnet10t"])
def test_folding_what_was_for_training_leaves_vectors_alone(name: str) -> None:
    """fastvit is the family of MobileCLIP's towers: branches that become one convolution."""
    import timm
    import torch

    from photofind.encoders.convolutions import fold

    torch.manual_seed(2)
    tower = timm.create_model(name, pretrained=False, num_classes=16).eval().requires_grad_(False)
    for module in tower.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # as after training
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.uniform_(0.5, 1.5)
            module.bias.normal_(0, 0.1)
    pictures = torch.randn(2, 3, 64, 64)
    before = tower(pictures)
    norms = sum(isinstance(module, torch.nn.BatchNorm2d) for module in tower.modules())
    fold(tower, pictures[:1])
    left = sum(isinstance(module, torch.nn.BatchNorm2d) for module in tower.modules())
    assert left < norms / 4
    assert torch.nn.functional.cosine_similarity(tower(pictures), before).min() > 0.99999


def test_the_cheapest_size_of_parts_stays_and_one_slow_part_changes_nothing() -> None:
    sizes = PartSizes((16, 4))
    costs_s = {16: iter([9.0, 0.96, 50.0]), 4: iter([0.3, 0.28, 0.1])}  # the first one of all prepares kernels
    taken = []
    for _ in range(6):
        size = sizes.next_size()
        taken.append(size)
        sizes.note(7, 1e-9)  # the rest of a request says nothing
        if sum(one == size for one in taken) <= 3:
            sizes.note(size, next(costs_s[size]))
    assert taken == [16, 4, 16, 4, 16, 16]
