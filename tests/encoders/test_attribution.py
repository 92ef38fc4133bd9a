"""Where in a picture its likeness to a text comes from: towers whose answer is known, and tiny ones of real architectures."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.folder import check_folder
from photofind.encoders.half_precision import native_half
from photofind.encoders.open_clip_encoder import OpenClipEncoder

ROWS, COLUMNS, PATCH_PX = 3, 3, 8


def class_token_tower(layers: int = 1) -> Any:
    import torch
    from open_clip.transformer import VisionTransformer

    torch.manual_seed(3)
    tower = VisionTransformer(
        image_size=ROWS * PATCH_PX, patch_size=PATCH_PX, width=16, layers=layers, heads=4, mlp_ratio=2.0, output_dim=12
    )
    with torch.no_grad():
        for parameter in tower.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    return tower.eval().requires_grad_(False)


def learnt_query_tower() -> Any:
    """As open_clip builds SigLIP's towers, but tiny."""
    import torch
    from open_clip.timm_model import TimmModel

    torch.manual_seed(3)
    tower = TimmModel("test_vit", embed_dim=64, image_size=160, pool="map", proj="none")
    with torch.no_grad():
        for parameter in tower.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return tower.eval().requires_grad_(False)


TOWERS = {"class token": lambda: class_token_tower(layers=2), "learnt query": learnt_query_tower}


def entered(tower: Any, last: Any) -> tuple[Any, Any]:
    """What the last attention gets of some picture, and what the tower itself answers to it."""
    import torch

    side = 160 if hasattr(tower, "trunk") else ROWS * PATCH_PX
    picture = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(5))
    caught = []
    hook = last.module_in(tower).register_forward_pre_hook(lambda _module, inputs: caught.append(inputs[0]))
    with torch.no_grad():
        answer = tower(picture)[0]
    hook.remove()
    return caught[0], answer


@pytest.mark.parametrize("kind", TOWERS)
def test_the_last_attention_leads_to_what_the_tower_answers(kind: str) -> None:
    import torch

    from photofind.encoders.attribution import last_attention

    tower = TOWERS[kind]()
    last = last_attention(tower)
    assert last is not None
    tokens, answer = entered(tower, last)
    attended = last.attend(tokens)
    assert len(attended.values) == last.grid[0] * last.grid[1]
    assert torch.allclose(last.feature(attended.output, tokens), answer, atol=1e-5)


@pytest.mark.parametrize("kind", TOWERS)
def test_the_gradient_is_what_small_changes_do_to_the_cosine(kind: str) -> None:
    import torch

    from photofind.encoders.attribution import gradient, last_attention

    tower = TOWERS[kind]()
    last = last_attention(tower)
    assert last is not None
    tokens, answer = entered(tower, last)
    direction = torch.randn(len(answer), generator=torch.Generator().manual_seed(6))
    output = last.attend(tokens).output
    found = gradient(last, tokens, output, direction)

    def cosine(moved: Any) -> float:
        return float(torch.nn.functional.cosine_similarity(last.feature(moved, tokens), direction, dim=-1))

    step = 0.01
    measured = torch.tensor([(cosine(output + by) - cosine(output - by)) / (2 * step) for by in torch.eye(len(output)) * step])
    assert torch.allclose(found, measured, atol=0.02 * float(found.abs().max()))


@pytest.mark.parametrize("kind", TOWERS)
def test_what_the_patches_give_adds_up_to_what_the_attention_gives_out(kind: str) -> None:
    import torch

    from photofind.encoders.attribution import last_attention

    tower = TOWERS[kind]()
    last = last_attention(tower)
    assert last is not None
    tokens, _ = entered(tower, last)
    attended = last.attend(tokens)
    heads = len(attended.shares)
    given = torch.einsum("ht,thd->hd", attended.shares, attended.values.view(len(attended.values), heads, -1))
    kept = 1 - attended.shares.sum(-1)
    if kind == "class token":  # which attends to itself, too
        block = tower.transformer.resblocks[-1]
        own = torch.nn.functional.linear(block.ln_1(tokens)[0, 0], block.attn.in_proj_weight, block.attn.in_proj_bias)
        assert 0 < float(kept.min()) <= float(kept.max()) < 1
        given = given + kept[:, None] * own[2 * len(own) // 3 :].view(heads, -1)
    else:
        assert float(kept.abs().max()) < 1e-5
    assert torch.allclose(given.flatten(), attended.output, atol=1e-5)


def deciding_tower() -> Any:
    """A tower whose answer is the mean colour of all patches, the class token's own part apart."""
    import torch
    from torch import nn

    tower = class_token_tower()
    block = tower.transformer.resblocks[0]
    with torch.no_grad():
        for parameter in tower.parameters():
            parameter.zero_()
        for colour in range(3):
            tower.conv1.weight[colour, colour] = 1 / PATCH_PX**2
        tower.class_embedding[3] = 1.0  # a direction that no colour has
        tower.positional_embedding.zero_()
        block.attn.in_proj_weight[32:].copy_(torch.eye(16))  # values: what the patches hold
        block.attn.out_proj.weight.copy_(torch.eye(16))
        tower.proj[:12].copy_(torch.eye(12))
    tower.ln_pre = block.ln_1 = block.ln_2 = tower.ln_post = nn.Identity()
    return tower


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 2), (2, 1)])
def test_the_one_patch_that_decides_is_pointed_to(row: int, column: int) -> None:
    import torch

    from photofind.encoders.attribution import grad_eclip, last_attention

    tower = deciding_tower()
    last = last_attention(tower)
    assert last is not None
    picture = torch.zeros(1, 3, ROWS * PATCH_PX, COLUMNS * PATCH_PX)
    picture[:, 1] = 0.5  # green everywhere
    top, left = row * PATCH_PX, column * PATCH_PX
    picture[:, :, top : top + PATCH_PX, left : left + PATCH_PX] = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
    red = torch.zeros(12)
    red[0] = 1.0
    with torch.no_grad():
        tokens = tower._embeds(picture)
    found = grad_eclip(last, tokens, red)
    assert found.shape == (ROWS, COLUMNS)
    assert found[row, column] == 1.0
    assert float(found.sum()) == 1.0, "and to no other: green speaks against red"
    assert float(grad_eclip(last, tokens, -red)[row, column]) == 0.0


def test_where_nothing_speaks_for_the_text_nothing_is_shown() -> None:
    import torch

    from photofind.encoders.attribution import grad_eclip, last_attention

    tower = deciding_tower()
    last = last_attention(tower)
    assert last is not None
    with torch.no_grad():
        tokens = tower._embeds(torch.full((1, 3, 24, 24), 0.5))
    none = torch.zeros(12)
    none[3] = 1.0  # what only the class token holds
    assert float(grad_eclip(last, tokens, none).sum()) == 0.0


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("architecture", ["vit", "siglip-map"])
def test_a_loaded_encoder_says_where_whatever_its_tower_was_rewritten_to(
    architecture: str, half: bool, tiny_folder: Callable[[str], Path]
) -> None:
    if half and native_half("cpu") is None:
        pytest.skip("this processor has no bfloat16")
    folder = check_folder(tiny_folder(architecture))
    encoder = OpenClipEncoder(folder, threads=1, device="cpu", is_half_better=lambda _device, _probe: half)
    size_px = folder.input_spec.size_px
    picture = np.random.default_rng(5).integers(0, 256, size=(size_px, size_px, 3), dtype=np.uint8)
    before = encoder.encode_images(picture[None])
    found = encoder.attribute(picture, "dog")
    assert (found.dtype, found.shape) == (np.float32, (2, 2) if architecture == "vit" else (10, 10))
    assert found.min() >= 0 and found.max() in (0.0, 1.0)
    assert np.array_equal(encoder.encode_images(picture[None]), before), "the tower is as it was"
    if half:
        exact = OpenClipEncoder(folder, threads=1, device="cpu", is_half_better=lambda _device, _probe: False)
        assert np.abs(exact.attribute(picture, "dog") - found).max() < 0.1


@pytest.mark.parametrize("architecture", ["vit", "siglip-map"])
def test_only_what_is_needed_is_read_of_a_file_and_other_files_give_the_same(
    architecture: str, tiny_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    import safetensors.torch
    import torch

    from photofind.encoders.attribution import read_last_attention
    from photofind.encoders.weights_loading import load_model

    plain = check_folder(tiny_folder(architecture))
    whole, _ = load_model(plain)
    shutil.copytree(plain.folder, tmp_path / "pickled")
    weights = tmp_path / "pickled" / plain.weights.name
    torch.save(safetensors.torch.load_file(weights), weights.with_suffix(".pth"))
    weights.unlink()
    for folder in (plain, check_folder(tmp_path / "pickled")):
        last = read_last_attention(folder)
        assert last is not None
        read = dict(last._visual.named_parameters() if architecture == "vit" else last._pool.named_parameters())
        expected = dict((whole.visual if architecture == "vit" else whole.visual.trunk.attn_pool).named_parameters())
        needed = [name for name in read if architecture != "vit" or name.startswith(last.needs)]
        assert len(needed) > 5
        assert all(read[name].equal(expected[name]) for name in needed)


@pytest.mark.parametrize("architecture", ["resnet", "siglip"])
def test_towers_without_such_an_attention_say_so(architecture: str, tiny_folder: Callable[[str], Path]) -> None:
    folder = check_folder(tiny_folder(architecture))
    encoder = OpenClipEncoder(folder, threads=1, device="cpu", is_half_better=lambda _device, _probe: False)
    size_px = folder.input_spec.size_px
    with pytest.raises(EncoderUnavailable, match="not available for this encoder"):
        encoder.attribute(np.zeros((size_px, size_px, 3), np.uint8), "dog")
    with pytest.raises(EncoderUnavailable, match="no words"):
        encoder.attribute(np.zeros((size_px, size_px, 3), np.uint8), " ")
