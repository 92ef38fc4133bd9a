"""Where in a picture its likeness to a text comes from. Encoder process only; imported once torch is there.

Grad-ECLIP (Zhao et al., "Gradient-based Visual Explanation for CLIP", arXiv 2502.18816): the last attention of the tower
gathers the patches into the vector that is compared. How much a patch counts is its value there, weighted by the gradient
of the cosine with respect to what the attention gives out, times how near its key is to the query, from 0 for the
farthest patch to 1 for the nearest; what speaks against the text is cut off. Unlike the authors' code, which computes the
last attention with one head, all heads are kept, so the gradient is that of the cosine photofind ranks by.

Everything before the last attention is computed by the tower in use, in its precision; the rest in float32 with the
weights of the file, of which only these are read, and which are let go of afterwards.
"""

import sys
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.folder import CheckedFolder
from photofind.encoders.picture_tower import PictureTower
from photofind.encoders.protocol import NO_ATTRIBUTION
from photofind.encoders.weights_loading import bare_model, read_parameters

_ALIKE = 1e-6  # cosines that differ by less do not differ


class Attended(NamedTuple):
    """The last attention at work on one picture: query and output [width], keys and values [patches, width], heads side by
    side, and how much of each patch the output holds: shares [heads, patches].
    """

    query: Any
    keys: Any
    values: Any
    shares: Any
    output: Any


class LastAttention(Protocol):
    """The last attention of a tower and all behind it, in float32."""

    grid: tuple[int, int]
    """Rows and columns of patches."""

    needs: tuple[str, ...]
    """What the names of the parameters begin with that it reads."""

    def module_in(self, tower: Any) -> Any:
        """The module of this tower, or of one rewritten from it, whose input ``attend`` takes."""

    def attend(self, tokens: Any) -> Attended:
        """[1, tokens, width]."""

    def feature(self, output: Any, tokens: Any) -> Any:
        """What the tower answers, [dimension], if the attention gives out ``output``."""


def attribute(
    folder: CheckedFolder, tower: PictureTower, picture: NDArray[np.uint8], direction: NDArray[np.float32]
) -> NDArray[np.float32]:
    """uint8 [size, size, 3] and a text's vector [dimension] → float32 [rows, columns] over the input, 0 to 1.

    Blocks for a moment: the tower is built anew, of which a few weights are read. Raises ``EncoderUnavailable`` for towers that
    it is not known for. The pictures' thread.
    """
    last = read_last_attention(folder)
    if last is None:
        raise EncoderUnavailable(NO_ATTRIBUTION)
    tokens = tower.entering(last.module_in, picture)
    found: NDArray[np.float32] = grad_eclip(last, tokens, torch.from_numpy(np.array(direction))).numpy()
    return found


def read_last_attention(folder: CheckedFolder) -> LastAttention | None:
    """Ready to work; None as in ``last_attention``."""
    model = bare_model(folder)
    last = None if model is None else last_attention(model.visual)
    if last is not None:
        needs = tuple(f"visual.{name}" for name in last.needs)
        read_parameters(folder, model, lambda name: name.startswith(needs))
    return last


def last_attention(visual: Any) -> LastAttention | None:
    """Of open_clip's ``visual``, before or after its weights are read; None where no attention gathers patches into the answer."""
    from open_clip.transformer import ResidualAttentionBlock, VisionTransformer

    if type(visual) is VisionTransformer:
        block = visual.transformer.resblocks[-1]
        if (
            type(block) is ResidualAttentionBlock
            and visual.attn_pool is None
            and visual.pool_type == "tok"
            and visual.transformer.batch_first
            and block.attn._qkv_same_embed_dim
            and block.attn.bias_k is None
        ):
            return _ClassToken(visual)
    return _pool_of_timm(visual)


def _pool_of_timm(visual: Any) -> LastAttention | None:
    """SigLIP's towers: a learnt query attends to the patches."""
    trunk: Any = getattr(visual, "trunk", None)
    vision, pools = (sys.modules.get(f"timm.{name}") for name in ("models.vision_transformer", "layers.attention_pool"))
    if vision is None or pools is None or type(trunk) is not vision.VisionTransformer:
        return None
    pool = trunk.attn_pool
    if type(pool) is not pools.AttentionPoolLatent or pool.latent_len != 1 or pool.pos_embed is not None:
        return None
    return _LearntQuery(visual)


def grad_eclip(last: LastAttention, tokens: Any, direction: Any) -> Any:
    """[rows, columns], 0 to 1; all 0 where no patch speaks for the text. ``direction``: [dimension]."""
    with torch.no_grad():
        attended = last.attend(tokens)
        nearness = functional.cosine_similarity(attended.query, attended.keys, dim=-1)
        spread = nearness.max() - nearness.min()
        nearness = (nearness - nearness.min()) / spread if spread > _ALIKE else torch.ones_like(nearness)
        found = ((gradient(last, tokens, attended.output, direction) * attended.values).sum(-1) * nearness).relu()
        most = found.max()
        return (found / most if most > 0 else found).view(last.grid)


def gradient(last: LastAttention, tokens: Any, output: Any, direction: Any) -> Any:
    """Of the cosine to ``direction``, with respect to what the attention gives out."""
    with torch.enable_grad():
        moving = output.detach().clone().requires_grad_(True)
        cosine = functional.cosine_similarity(last.feature(moving, tokens), direction, dim=-1)
        return torch.autograd.grad(cosine, moving)[0]


class _ClassToken:
    """open_clip's VisionTransformer: the class token attends to the patches in the last block."""

    def __init__(self, visual: Any) -> None:
        blocks = visual.transformer.resblocks
        self.grid = _pair(visual.grid_size)
        self.needs: tuple[str, ...] = (f"transformer.resblocks.{len(blocks) - 1}.", "ln_post.", "proj")
        self._visual = visual
        self._block = blocks[-1]

    def module_in(self, tower: Any) -> Any:
        return tower.transformer.resblocks[-1]

    def attend(self, tokens: Any) -> Attended:
        attention = self._block.attn
        seen = functional.linear(self._block.ln_1(tokens)[0], attention.in_proj_weight, attention.in_proj_bias)
        queries, keys, values = seen.chunk(3, dim=-1)
        shares, output = _attended(queries[0], keys, values, attention.num_heads)
        return Attended(queries[0], keys[1:], values[1:], shares[:, 1:], output)

    def feature(self, output: Any, tokens: Any) -> Any:
        block = self._block
        token = tokens[0, 0] + block.ls_1(block.attn.out_proj(output))
        token = self._visual.ln_post(token + block.ls_2(block.mlp(block.ln_2(token))))
        return token if self._visual.proj is None else token @ self._visual.proj


class _LearntQuery:
    """timm's AttentionPoolLatent. All that the tower answers goes through it, so nothing is left out."""

    def __init__(self, visual: Any) -> None:
        trunk = visual.trunk
        self.grid = _pair(trunk.patch_embed.grid_size)
        self.needs: tuple[str, ...] = ("trunk.attn_pool.", "trunk.fc_norm.", "trunk.head", "head.")
        self._before = trunk.num_prefix_tokens if trunk.pool_include_prefix else 0
        self._pool = trunk.attn_pool
        self._rest = (trunk.fc_norm, trunk.head_drop, trunk.head, visual.head)

    def module_in(self, tower: Any) -> Any:
        return tower.trunk.attn_pool

    def attend(self, tokens: Any) -> Attended:
        pool = self._pool
        heads, depth = pool.num_heads, pool.head_dim
        keys, values = pool.kv(tokens[0]).chunk(2, dim=-1)
        query = pool.q_norm(pool.q(pool.latent[0, 0]).view(heads, depth)).flatten()
        keys = pool.k_norm(keys.view(-1, heads, depth)).flatten(1)
        shares, output = _attended(query, keys, values, heads)
        some = slice(self._before, None)
        return Attended(query, keys[some], values[some], shares[:, some], output)

    def feature(self, output: Any, tokens: Any) -> Any:  # noqa: ARG002 - of the tokens nothing goes past the attention
        pool = self._pool
        found = pool.proj(output)
        if pool.mlp is not None:
            found = found + pool.mlp(pool.norm(found))
        for module in self._rest:
            found = module(found[None])[0]
        return found


def _pair(grid: Any) -> tuple[int, int]:
    rows, columns = grid
    return int(rows), int(columns)


def _attended(query: Any, keys: Any, values: Any, heads: int) -> tuple[Any, Any]:
    """Scaled dot product attention of one query: shares [heads, tokens] and output [width]."""
    depth = query.shape[-1] // heads
    parts = (query.view(heads, depth, 1), keys.view(-1, heads, depth).permute(1, 0, 2))
    shares = (parts[1] @ parts[0] * depth**-0.5).squeeze(-1).softmax(-1)
    return shares, torch.einsum("ht,thd->hd", shares, values.view(-1, heads, depth)).flatten()
