"""Pixels and words in, unit vectors out. torch, open_clip, transformers and huggingface_hub are imported only here."""
