"""Watches everything that a network namespace sees while commands run in it: network_witness.py < PLAN > ACCOUNT

Linux; to be started by ``unshare --net``, so that nobody else's traffic is counted. The namespace has the loopback
interface and no other, and no route: an attempt to reach another machine fails, and is counted by the kernel.
"""

import contextlib
import fcntl
import json
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1  # netdevice(7)
_START_S = 3.0  # a window comes, and its folders are looked through
_LOOK_EVERY_S = 0.04  # each look costs the kernel milliseconds
_FAR = ("192.0.2.1", "2001:db8::1")  # for documentation: RFC 5737, RFC 3849
_COUNTED = ("TcpActiveOpens", "TcpPassiveOpens", "UdpOutDatagrams", "IpOutNoRoutes", "Ip6OutNoRoutes", "Udp6OutDatagrams")


def main() -> None:
    """``PLAN``: a list of {"commands": [argv …], "beside": argv or none}; an empty one stands for deeds that must be seen."""
    plan = json.load(sys.stdin)
    _bring_loopback_up()
    with _watching_sockets() as sockets:
        before = _counters()
        done = [account for step in plan for account in _carry_out(**step)]
        if not plan:
            _misbehave()
        after = _counters()
    counted = {name: after[name] - before[name] for name in _COUNTED}
    json.dump({"done": done, "sockets": sorted(sockets), "counted": counted}, sys.stdout)


def _carry_out(commands: list[list[str]], beside: list[str] | None = None) -> list[dict[str, Any]]:
    """Run commands one after the other, ``beside`` another one that is ended afterwards; its account is the last."""
    program = None if beside is None else subprocess.Popen(beside, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if program is not None:
        time.sleep(_START_S)
    done = [subprocess.run(command, capture_output=True, text=True, check=False) for command in commands]
    said = [{"status": one.returncode, "out": one.stdout, "error": one.stderr} for one in done]
    if program is not None:
        program.terminate()
        out, error = program.communicate(timeout=60)
        said.append({"status": program.returncode, "out": out, "error": error})
    return said


def _bring_loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _IFF_UP))


@contextlib.contextmanager
def _watching_sockets() -> Iterator[set[str]]:
    """All Internet sockets that were ever open, as the kernel lists them."""
    seen: set[str] = set()
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(_LOOK_EVERY_S):
            for kind in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
                for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]:
                    local, far, state = line.split()[1:4]
                    seen.add(f"{kind} {local} {far} {state}")

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        thread.join()


def _counters() -> dict[str, int]:
    found: dict[str, int] = {}
    lines = Path("/proc/net/snmp").read_text().splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        group = names.split(":")[0]
        found |= {f"{group}{name}": int(value) for name, value in zip(names.split()[1:], values.split()[1:], strict=True)}
    for line in Path("/proc/net/snmp6").read_text().splitlines():
        name, value = line.split()
        found[name] = int(value)
    return found


def _misbehave() -> None:
    """What must never happen, so that it is known to be seen."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()), server.accept()[0]:
            time.sleep(0.1)
        for family, far in zip((socket.AF_INET, socket.AF_INET6), _FAR, strict=True):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(family, kind) as one, contextlib.suppress(OSError):
                    one.connect((far, 80))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.sendto(b"x", ("127.0.0.1", 53))
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
            one.sendto(b"x", ("::1", 53))


if __name__ == "__main__":
    main()
