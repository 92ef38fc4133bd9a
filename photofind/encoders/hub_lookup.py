"""What one of open_clip's names consists of on a hub, found out in a short-lived process of its own.

open_clip and huggingface_hub know it, and would stay in this process's memory for good (750 MB with torch).
"""

import difflib
import logging
import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from photofind.core.errors import EncoderUnavailable
from photofind.core.helper_process import end_with_parent, lifeline
from photofind.encoders.folder import CONFIG_NAME, OWN_FOLDER, TEXT_FILES, WEIGHTS_NAMES

_log = logging.getLogger(__name__)

_PATIENCE_S = 120.0
_REQUEST_TIMEOUT_S = 20.0


class Cancelled(EncoderUnavailable):
    """The user stopped a download."""

    def __init__(self) -> None:
        super().__init__("The download was stopped; started again, it goes on where it was.")


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file of a hub. Large files have a SHA-256; small ones lie in git, whose hash is of a blob (``git_sha1``)."""

    name: str
    url: str
    size_bytes: int
    sha256: str
    git_sha1: str


@dataclass(frozen=True, slots=True)
class HubPlan:
    """What to download for an encoder; ``config`` is to be written beside it as ``open_clip_config.json``."""

    repository: str
    revision: str
    licence: str
    files: tuple[HubFile, ...]
    config: dict[str, Any]


def look_up(model: str, tag: str, endpoint: str, cancelled: Callable[[], bool]) -> HubPlan:
    """Asks open_clip and the hub; blocks for seconds, any thread that lives on until it returns.

    Raises ``EncoderUnavailable`` when open_clip has no such name or the hub cannot be reached, ``Cancelled``.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_look_up_and_tell,
        args=(theirs, lifeline(), os.getpid(), model, tag, endpoint),
        name="photofind hub lookup",
        daemon=True,
    )
    process.start()
    theirs.close()
    try:
        deadline = time.monotonic() + _PATIENCE_S
        while not ours.poll(0.1):
            if cancelled():
                raise Cancelled
            if time.monotonic() > deadline:
                raise _unreachable(endpoint)
        answer = ours.recv()
    except EOFError as error:
        raise EncoderUnavailable("The encoder's files could not be listed: try again.") from error
    finally:
        ours.close()
        process.kill()
        process.join()
        process.close()
    if isinstance(answer, str):
        raise EncoderUnavailable(answer)
    assert isinstance(answer, HubPlan)
    return answer


def _look_up_and_tell(
    pipe: Connection, parent_lifeline: Connection, parent_pid: int, model: str, tag: str, endpoint: str
) -> None:
    end_with_parent(parent_lifeline, parent_pid)
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = os.environ["DO_NOT_TRACK"] = "1"
    os.environ["HF_HUB_DISABLE_IMPLICIT_TOKEN"] = "1"  # all of these files are public
    pipe.send(answer_of(model, tag, endpoint))


def answer_of(model: str, tag: str, endpoint: str) -> HubPlan | str:
    """What ``look_up`` finds, found out in this process; the sentence for the user when there is nothing to find."""
    try:
        return _plan(model, tag, endpoint)
    except EncoderUnavailable as error:
        return str(error)
    except Exception as error:
        return _sentence(error, model, tag, endpoint)


def _plan(model: str, tag: str, endpoint: str) -> HubPlan:
    import open_clip

    tag_config = open_clip.get_pretrained_cfg(model, tag)
    model_cfg = open_clip.get_model_config(model)
    if not tag_config or model_cfg is None:
        known = [f"{one}/{of}" for one, of in open_clip.list_pretrained()]
        near = difflib.get_close_matches(f"{model}/{tag}", known, n=3, cutoff=0.3)
        raise EncoderUnavailable(f"open_clip has no “{model}/{tag}”; near it are {', '.join(near) or 'none'}.")
    repository, _, named_file = str(tag_config.get("hf_hub", "")).rpartition("/")
    if not repository:
        raise EncoderUnavailable(f"The weights of “{model}/{tag}” lie on no hub: import them as a folder.")
    # open_clip itself only warns when a tag was trained with the other activation, and then encodes wrongly.
    model_cfg["quick_gelu"] = bool(tag_config.get("quick_gelu", model_cfg.get("quick_gelu", False)))

    weights, revision, licence = _files(repository, endpoint)
    wanted = [next((name for name in _weights_names(named_file) if name in weights), "")]
    if not wanted[0]:
        raise EncoderUnavailable(f"“{repository}” holds no weights that photofind can read: choose another encoder.")
    files = [weights[wanted[0]]]
    text_cfg = model_cfg["text_cfg"]
    text_names: dict[str, HubFile] = {}
    for key in ("hf_model_name", "hf_tokenizer_name"):
        text_repository = text_cfg.get(key)
        if not text_repository:
            continue
        found = weights if text_repository == repository else _files(str(text_repository), endpoint)[0]
        names = ("config.json",) if key == "hf_model_name" else TEXT_FILES
        text_names.update({name: found[name] for name in names if name in found and name not in text_names})
        text_cfg[key] = OWN_FOLDER
    if not text_cfg.get("hf_model_name"):
        text_names.pop("config.json", None)  # describes another library's form of the weights
    files.extend(text_names.values())
    preprocess = {key: tag_config[key] for key in ("mean", "std", "interpolation", "resize_mode") if key in tag_config}
    config = {"model_cfg": model_cfg, "preprocess_cfg": preprocess}
    return HubPlan(repository, revision, licence, tuple(files), config)


def _weights_names(named_file: str) -> list[str]:
    """As open_clip.pretrained.download_pretrained_from_hf: the safe form first."""
    if not named_file:
        return list(WEIGHTS_NAMES[:3])
    stem = named_file.rpartition(".")[0]
    return [f"{stem}.safetensors", named_file] if named_file.endswith((".bin", ".pth", ".safetensors")) else []


def _files(repository: str, endpoint: str) -> tuple[dict[str, HubFile], str, str]:
    """Files by name, the revision, and the licence as the hub states it."""
    from huggingface_hub import HfApi, hf_hub_url

    api = HfApi(endpoint=endpoint or None, token=False)
    info = api.model_info(repository, files_metadata=True, timeout=_REQUEST_TIMEOUT_S)
    revision = str(info.sha)
    files = {
        one.rfilename: HubFile(
            name=one.rfilename,
            url=hf_hub_url(info.id, one.rfilename, revision=revision, endpoint=endpoint or None),
            size_bytes=int(one.size or 0),
            sha256=str(one.lfs.sha256) if one.lfs else "",
            git_sha1="" if one.lfs else str(one.blob_id or ""),
        )
        for one in info.siblings or []
        if "/" not in one.rfilename
        and (one.rfilename in TEXT_FILES or one.rfilename.endswith((".safetensors", ".bin", ".pth")))
    }
    files.pop(CONFIG_NAME, None)
    return files, revision, str(getattr(info.card_data, "license", "") or "")


def _unreachable(endpoint: str) -> EncoderUnavailable:
    return EncoderUnavailable(
        f"There is no connection to {endpoint or 'huggingface.co'}: check the network and try again, "
        "or import an encoder from a folder."
    )


def _sentence(error: Exception, model: str, tag: str, endpoint: str) -> str:
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    if isinstance(error, OfflineModeIsEnabled):
        return "Downloads are switched off by the variable HF_HUB_OFFLINE: unset it and start photofind again."
    if (
        isinstance(error, HfHubHTTPError)
        and error.response is not None
        and error.response.status_code in (401, 403, 404)
    ):
        return f"“{model}/{tag}” is not freely available at {endpoint or 'huggingface.co'}: choose another encoder."
    _log.info("hub lookup: %s: %s", type(error).__name__, error)
    return str(_unreachable(endpoint))
