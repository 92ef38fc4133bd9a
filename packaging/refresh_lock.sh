#!/usr/bin/env bash
# refresh_lock.sh: writes packaging/requirements.lock anew, with the newest versions that pyproject.toml accepts.
# Run it with the oldest Python that is supported; it resolves against pip's index and installs nothing.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

host=$(find_python) || give_up "Python 3.11 or newer is needed."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$host" -m venv --without-pip "$work/empty"
touch "$work/refused"
cd "$root"

# A build of one machine, such as torch 2.13.0+cpu from a folder named in its pip.conf, satisfies pip and breaks the
# torchvision that comes from PyPI: such versions are refused, one round after the other, until there is none.
while true; do
    say "Resolving (this downloads what the index gives no metadata for)…"
    "$host" -m pip --python "$work/empty/bin/python" install --disable-pip-version-check --no-input --quiet \
        --dry-run --ignore-installed --report "$work/report.json" --constraint "$work/refused" \
        hatchling ".[raw,dev]"
    "$host" - "$work" <<'END'
import json, pathlib, re, sys
work = pathlib.Path(sys.argv[1])
found = [item["metadata"] for item in json.loads((work / "report.json").read_text())["install"]]
pins = {re.sub(r"[-_.]+", "-", item["name"]).lower(): item["version"] for item in found}
del pins["photofind"]
(work / "lock").write_text("".join(f"{name}=={version}\n" for name, version in sorted(pins.items())))
with (work / "refused").open("a") as refused:
    refused.writelines(f"{name}!={version}\n" for name, version in pins.items() if "+" in version)
END
    grep -q '+' "$work/lock" || break
    say "Refused:" $(grep '+' "$work/lock")
done
mv "$work/lock" packaging/requirements.lock
git --no-pager diff --stat -- packaging/requirements.lock
