"""The encoder process has no business on the network."""

import os
import sys
from typing import Any


def forbid_network() -> None:
    """Closes the network to this process, for good: what a folder of weights makes a library do stays on this machine.

    Libraries are told first, so that they do not try; the audit hook (PEP 578) is for what they were not told.
    """
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        os.environ[name] = "1"
    # With this variable torch.load would unpickle anything, even where weights_only is not given.
    os.environ.pop("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", None)

    def refuse(event: str, _arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
            raise PermissionError("an encoder has no business on the network")

    sys.addaudithook(refuse)
