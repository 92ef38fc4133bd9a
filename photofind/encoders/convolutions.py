"""Towers of convolutions with less to do: what was needed for training only is folded into the weights."""

import itertools
from typing import Any


def fold(tower: Any, example: Any) -> None:
    """Rewrites a picture tower in place: branches of training become one, batch norms go into their convolutions.

    ``example`` is one picture as the tower takes it: it is sent through, to see which norm gets what a convolution
    gives. Nothing changes in a tower without batch norms. In float32 on the CPU, before anything else is done to it.
    """
    import torch

    if not any(isinstance(module, torch.nn.BatchNorm2d) for module in tower.modules()):
        return
    if any(
        hasattr(module, name) for module in tower.modules() for name in ("reparameterize", "fuse", "switch_to_deploy")
    ):
        from timm.utils.model import reparameterize_model

        reparameterize_model(tower, inplace=True)  # MobileOne, RepVGG and FastViT: the towers of MobileCLIP
    for module, conv, norm in _pairs(tower, example):
        first, second = getattr(module, conv), getattr(module, norm)
        setattr(module, conv, torch.nn.utils.fusion.fuse_conv_bn_eval(first, second))
        after = [getattr(second, name) for name in ("drop", "act") if hasattr(second, name)]  # timm's BatchNormAct2d
        setattr(module, norm, torch.nn.Sequential(*after) if after else torch.nn.Identity())
    tower.to(memory_format=torch.channels_last)


def _pairs(tower: Any, example: Any) -> list[tuple[Any, str, str]]:
    """(module, name of its convolution, name of its norm) where the norm gets just what the convolution gives."""
    import torch

    given_by: dict[int, Any] = {}  # output → convolution; the outputs are kept, so that no address comes twice
    kept: list[Any] = []
    users: dict[Any, list[Any]] = {}

    def after(module: Any, inputs: tuple[Any, ...], output: Any) -> None:
        for one in inputs:
            if id(one) in given_by:
                users.setdefault(given_by[id(one)], []).append(module)
        if type(module) is torch.nn.Conv2d:
            given_by[id(output)] = module
            kept.append(output)

    leaves = [one for one in tower.modules() if isinstance(one, torch.nn.Conv2d | torch.nn.BatchNorm2d)]
    hooks = [module.register_forward_hook(after) for module in leaves]
    try:
        with torch.inference_mode():
            tower(example)
    finally:
        for hook in hooks:
            hook.remove()
    found = []
    for module in tower.modules():
        for (conv, first), (norm, second) in itertools.pairwise(module.named_children()):
            if users.get(first) == [second] and isinstance(second, torch.nn.BatchNorm2d) and not second.training:
                found.append((module, conv, norm))
    return found
