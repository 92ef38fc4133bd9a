# Sourced by run.sh and test.sh: makes this checkout able to run, doing only what is missing.
#
#   set_up run     system libraries and .venv with what the program needs
#   set_up test    the same, and what its tests need
#
# System libraries come from the system's package manager where this user may ask it; else a sentence says what an
# administrator has to run. Everything else is in .venv, which may be deleted at any time. Proven on Debian 12.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv
python=$venv/bin/python

say() { printf 'photofind: %s\n' "$*" >&2; }
give_up() { say "$*"; exit 1; }

# System libraries ----------------------------------------------------------------------------------------------------

# What Qt loads to draw at all, then what its X11 and Wayland windows load (ldd of PySide6/Qt/plugins/platforms).
libraries=(
    libGL.so.1 libEGL.so.1 libglib-2.0.so.0 libgthread-2.0.so.0 libfontconfig.so.1 libxkbcommon.so.0 libdbus-1.so.3
    libX11-xcb.so.1 libxkbcommon-x11.so.0 libxcb-cursor.so.0 libxcb-icccm.so.4 libxcb-image.so.0 libxcb-keysyms.so.1
    libxcb-randr.so.0 libxcb-render.so.0 libxcb-render-util.so.0 libxcb-shape.so.0 libxcb-shm.so.0 libxcb-sync.so.1
    libxcb-util.so.1 libxcb-xfixes.so.0 libxcb-xkb.so.1
    libwayland-client.so.0 libwayland-cursor.so.0 libwayland-egl.so.1
    libXss.so.1  # tells how long nobody has touched the machine
)

# install_line run|test: what an administrator runs here. Only the first is proven.
install_line() {
    local sudo="" packages
    [ "$(id -u)" = 0 ] || ! command -v sudo >/dev/null || sudo="sudo "
    if command -v apt-get >/dev/null; then
        packages="libgl1 libegl1 libglib2.0-0 libfontconfig1 libxkbcommon0 libdbus-1-3 libx11-xcb1 libxkbcommon-x11-0"
        packages+=" libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render0"
        packages+=" libxcb-render-util0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1"
        packages+=" libwayland-client0 libwayland-cursor0 libwayland-egl1 libxss1"
        [ "$1" = run ] || packages+=" xvfb openbox xdotool"
        echo "${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends $packages"
    elif command -v dnf >/dev/null; then
        packages="libglvnd-glx libglvnd-egl glib2 fontconfig dejavu-sans-fonts libxkbcommon libxkbcommon-x11 dbus-libs libxcb"
        packages+=" libX11-xcb xcb-util xcb-util-cursor xcb-util-image xcb-util-keysyms xcb-util-renderutil xcb-util-wm"
        packages+=" libwayland-client libwayland-cursor libwayland-egl libXScrnSaver"
        [ "$1" = run ] || packages+=" xorg-x11-server-Xvfb openbox xdotool"
        echo "${sudo}dnf install -y $packages"
    elif command -v pacman >/dev/null; then
        packages="libglvnd glib2 fontconfig ttf-dejavu libxkbcommon libxkbcommon-x11 dbus libx11 libxcb libxss wayland"
        packages+=" xcb-util xcb-util-cursor xcb-util-image xcb-util-keysyms xcb-util-renderutil xcb-util-wm"
        [ "$1" = run ] || packages+=" xorg-server-xvfb openbox xdotool"
        echo "${sudo}pacman -S --needed --noconfirm $packages"
    elif command -v zypper >/dev/null; then
        packages="libglvnd libgthread-2_0-0 libglib-2_0-0 libfontconfig1 dejavu-fonts libxkbcommon0 libxkbcommon-x11-0"
        packages+=" libdbus-1-3 libX11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0"
        packages+=" libxcb-render0 libxcb-render-util0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0"
        packages+=" libxcb-xkb1 libwayland-client0 libwayland-cursor0 libwayland-egl1 libXss1"
        [ "$1" = run ] || packages+=" xorg-x11-server-Xvfb openbox xdotool"
        echo "${sudo}zypper install -y $packages"
    fi
}

# missing_libraries PYTHON: names those that do not load, by the very loader that will have to.
missing_libraries() {
    "$1" -IS - "${libraries[@]}" <<'END'
import ctypes, sys
for name in sys.argv[1:]:
    try:
        ctypes.CDLL(name)
    except OSError:
        print(name)
END
}

missing_tools() {
    local tool
    for tool in Xvfb openbox xdotool; do
        command -v "$tool" >/dev/null || echo "$tool"
    done
}

may_install() {
    command -v apt-get >/dev/null || return 1  # the other package managers are only named
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

# need_libraries run|test PYTHON
need_libraries() {
    local missing tools="" line
    [ "$(uname)" = Linux ] || return 0
    missing=$(missing_libraries "$2")
    [ "$1" = run ] || tools=$(missing_tools)
    [ -n "$missing$tools" ] || return 0
    line=$(install_line "$1")
    if may_install; then
        say "Installing system libraries: $line"
        DEBIAN_FRONTEND=noninteractive bash -c "${line//apt-get/apt-get -q -o DPkg::Lock::Timeout=300}" ||
            say "The system's package manager failed; its reason is above."
        missing=$(missing_libraries "$2")
        [ "$1" = run ] || tools=$(missing_tools)
    fi
    if [ -n "$missing" ]; then
        [ -n "$line" ] || give_up "Install the system packages that hold" $missing "and start again."
        give_up "System libraries are missing that only an administrator may install; have this line run, then start again: $line"
    fi
    [ -z "$tools" ] || say "Tests that need a display will be skipped for lack of" $tools "(which this line installs: $line)."
}

# The virtual environment ---------------------------------------------------------------------------------------------

find_python() {
    local candidate
    for candidate in python3.11 python3 python3.12 python3.13 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# What .venv was made from; it is up to date as long as this text stays the same. Test's .venv serves run, too.
recipe() { echo "$1 $root"; cat "$root/packaging/requirements.lock" "$root/pyproject.toml"; }

is_set_up() {
    local done=$venv/setup.done
    [ -x "$python" ] && [ -f "$done" ] || return 1
    recipe test | cmp -s - "$done" && return
    [ "$1" = run ] && recipe run | cmp -s - "$done"
}

# make_environment run|test PYTHON
make_environment() {
    local extras=raw host=$2
    [ "$1" = run ] || extras=raw,dev
    "$host" -m pip --version >/dev/null 2>&1 ||
        give_up "Python at $host has no pip: install it (on Debian: apt-get install python3-pip) and start again."
    mkdir -p "$venv"
    exec 9>"$venv/setup.lock"  # one at a time; the lock goes when this process and its children do
    "$host" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
    if ! is_set_up "$1"; then
        say "Setting up $venv: about 3 GB are downloaded, once, and 7 GB of disk are used."
        # An interrupted set-up may have left half a package: begin again, from what pip has in its cache.
        [ -x "$python" ] && [ ! -f "$venv/setup.unfinished" ] ||
            find "$venv" -mindepth 1 -maxdepth 1 ! -name 'setup.*' -exec rm -rf {} +
        touch "$venv/setup.unfinished"
        rm -f "$venv/setup.done"
        [ -x "$python" ] || "$host" -m venv --without-pip "$venv"
        (
            cd "$root"
            # Also for what builds the package; relative, since pip splits these at blanks.
            export PIP_CONSTRAINT=packaging/requirements.lock PIP_BUILD_CONSTRAINT=packaging/requirements.lock
            export PIP_ROOT_USER_ACTION=ignore PIP_USER=0
            "$host" -m pip --python "$python" install --disable-pip-version-check --no-input --retries 10 --editable ".[$extras]"
        ) || give_up "The set-up did not finish; the reason is above. Mend it and start again."
        recipe "$1" >"$venv/setup.new"
        mv "$venv/setup.new" "$venv/setup.done"
        rm -f "$venv/setup.unfinished"
    fi
    exec 9>&-
}

# set_up run|test: returns when $python can run the program, or its tests.
set_up() {
    local host=$python
    if ! is_set_up "$1"; then
        host=$(find_python) || give_up "Python 3.11 or newer is needed: install it (on Debian: apt-get install python3 python3-pip) and start again."
    fi
    need_libraries "$1" "$host"
    is_set_up "$1" || make_environment "$1" "$host"
}
