"""Texts through open_clip's text tower, only as many places of it as the text has words."""

from typing import Any

from photofind.encoders.weights_sharing import copy_sharing_weights


class TextTower:
    """Where a place sees only what stands before it, and the end of the text is what counts, the padding behind it
    changes nothing: a question of five words takes a tenth of the 77 places that CLIP has.
    """

    def __init__(self, model: Any) -> None:
        """``model`` is open_clip's CLIP or CustomTextCLIP."""
        self._model = model
        self._tower = getattr(model, "text", model)
        self._pool = getattr(self._tower, "text_pool_type", getattr(self._tower, "pool_type", ""))
        mask = getattr(self._tower, "attn_mask", None)
        self._can_be_short = (
            type(self._tower).__name__ in ("CLIP", "TextTransformer")
            and mask is not None
            and mask.ndim == 2
            and bool((mask.triu(1).isneginf() == mask.new_ones(mask.shape).triu(1).bool()).all())
            and self._pool in ("argmax", "eos")
            and getattr(self._tower, "cls_emb", None) is None
            and not getattr(self._tower, "use_pad_mask", False)
        )

    @property
    def can_be_short(self) -> bool:
        return self._can_be_short

    def copy_in(self, dtype: Any) -> "TextTower":
        """Another one of the same weights, rewritten for the processor; only where it can be short."""
        picture_tower, self._model.visual = self._model.visual, None
        try:
            other = copy_sharing_weights(self._model)
        finally:
            self._model.visual = picture_tower
        found = TextTower(other)
        found.rewrite(dtype)
        return found

    def rewrite(self, dtype: Any) -> None:
        """From float32 to what the processor likes in ``dtype``; only where it can be short."""
        from photofind.encoders.processor_tower import rewrite_blocks

        rewrite_blocks(self._tower.transformer, dtype)
        for name, child in self._tower.named_children():
            if name != "visual":
                child.to(dtype)
        for name in ("positional_embedding", "text_projection", "attn_mask"):
            tensor = getattr(self._tower, name)
            if hasattr(tensor, "data") and not hasattr(tensor, "forward"):
                tensor.data = tensor.data.to(dtype)

    def features(self, tokens: Any) -> Any:
        """int64 [n, context] → [n, dimension], not normalised."""
        if not self._can_be_short:
            return self._model.encode_text(tokens)
        import torch

        tower = self._tower
        ends = self._ends(tokens)
        tokens = tokens[:, : int(ends.max()) + 1]
        length = tokens.shape[1]
        x = tower.token_embedding(tokens) + tower.positional_embedding[:length]
        x = tower.ln_final(tower.transformer(x, attn_mask=tower.attn_mask[:length, :length]))
        found = x[torch.arange(len(x), device=x.device), ends]
        projection = tower.text_projection
        if projection is None:
            return found
        return projection(found) if isinstance(projection, torch.nn.Linear) else found @ projection

    def _ends(self, tokens: Any) -> Any:
        """As open_clip.transformer.text_global_pool finds them."""
        if self._pool == "argmax":
            return tokens.argmax(dim=-1)
        tower = self._tower
        end = getattr(tower, "text_eos_id", getattr(tower, "eos_id", None))
        return (tokens == end).int().argmax(dim=-1)
