"""One way to any encoder of the shelf."""

from photofind.encoders.encoder_process import EncoderProcess
from photofind.encoders.in_thread import EncoderInThread
from photofind.encoders.palette import Palette
from photofind.encoders.protocol import PALETTE_ID, EncoderFace
from photofind.encoders.shelf import Shelf


def open_encoder(
    encoder_id: str, shelf: Shelf, *, idle_s: float = 300.0, low_priority: bool = True, threads: int = 0
) -> EncoderFace:
    """The encoder that a user names; nothing is started or loaded before the first request. Its ``stop`` ends it.

    Raises ``EncoderUnavailable`` when the shelf does not know the name. Any thread; see ``Shelf.resolve``.
    """
    resolved = shelf.resolve(encoder_id)
    if resolved == PALETTE_ID:
        return EncoderInThread(Palette())
    return EncoderProcess(resolved, shelf, idle_s=idle_s, low_priority=low_priority, threads=threads)
