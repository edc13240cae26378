#!/bin/sh
# install.sh install|uninstall: the service on this machine; called by `make install` and `make uninstall`, as root.
#   /opt/edgeclassify                   the package in an environment of its own, which sees Debian's python3-picamera2;
#                                       with what the page needs, which is loaded where the config asks for it
#   /usr/local/bin/edgeclassify         link to its command
#   /usr/local/lib/{systemd/system,sysusers.d,tmpfiles.d}   unit, user, folders
#   /etc/edgeclassify/edgeclassify.toml the config: written once, never changed; with a password in it not for everybody
# A second run upgrades. PYTHON names another interpreter than python3.
set -eu
umask 022

checkout=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
home=/opt/edgeclassify
lib=/usr/local/lib
config=/etc/edgeclassify/edgeclassify.toml
user=edgeclassify
group=edgeclassify
units="edgeclassify.service edgeclassify-reboot.path edgeclassify-reboot.service"

fail() { printf 'make install: %s\n' "$1" >&2; exit 1; }

# booted: is systemd running here (and not only installed, as in an image that is being built)?
booted() { [ -d /run/systemd/system ]; }

# protect FILE: where there is a password in it (user:password@, password=...), for root and the service alone. What it
# says, and the rights of one without, stay as they are.
protect() {
  [ ! -L "$1" ] || return 0
  grep -v '^[[:space:]]*#' "$1" | grep -Eqi '://([^/[:space:]"]*|[^/@"]*:[^@"]*)@|(pass[a-z]*|pwd|token|secret)=' || return 0
  [ -n "$(find "$1" -prune -perm /0007)" ] || return 0
  chgrp "$group" "$1"
  chmod 0640 "$1"
  echo "$1: there is a password in it: from now on only root and the service may read it (mode 640)"
}

# make_password: for a page that others than this machine reach and nobody was given a password for; it is shown once.
make_password() {
  "$home/bin/edgeclassify" web password --config "$config" --if-needed </dev/null ||
    echo "the page has no password yet; later: sudo edgeclassify web password" >&2
}

# give_config: what the page changes must be the service's own; the folder lets it replace nothing else. A link that
# the service may have put there is left alone.
give_config() {
  [ ! -L "$config" ] || return 0
  "$home/bin/python" -c 'import sys; from pathlib import Path; from edgeclassify.config import load_config
sys.exit(not load_config(Path(sys.argv[1])).web.enabled)' "$config" 2>/dev/null || return 0
  [ -z "$(find "$config" -prune -user "$user")" ] || return 0
  chown -h "$user" "$config"
  echo "$config: the page may change it from now on (it belongs to $user)"
}

make_environment() {
  command -v "$python" >/dev/null || fail "$python is not there; sudo apt install python3 python3-venv"
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or later is needed, $python is $version"
  # What pip installs follows the kernel's word for the machine: LiteRT, numpy and OpenCV have no 32-bit wheels.
  "$python" -c 'import platform, struct, sys; sys.exit(platform.machine() == "aarch64" and struct.calcsize("P") == 4)' ||
    fail "this system is a 32-bit one under a 64-bit kernel; run: sudo setarch linux32 make install"
  # After an upgrade of the operating system the packages of the Python before are of no use.
  [ -d "$home/lib/python$version/site-packages" ] && [ -x "$home/bin/pip" ] && return
  "$python" -m venv --system-site-packages --clear "$home" || fail "no environment made; sudo apt install python3-venv"
}

install_package() {
  # From a copy: building leaves files behind, and files of a former build would be installed again.
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
  for part in pyproject.toml README.md LICENSE edgeclassify; do
    [ ! -e "$checkout/$part" ] || cp -R "$checkout/$part" "$copy/"
  done
  "$home/bin/pip" --disable-pip-version-check install --no-cache-dir --quiet "$copy[web]"
  install -d /usr/local/bin
  ln -sfn "$home/bin/edgeclassify" /usr/local/bin/edgeclassify
}

install_service() {
  for unit in $units; do install -D -m 0644 "$checkout/systemd/$unit" "$lib/systemd/system/$unit"; done
  install -D -m 0644 "$checkout/systemd/edgeclassify.sysusers" "$lib/sysusers.d/edgeclassify.conf"
  install -D -m 0644 "$checkout/systemd/edgeclassify.tmpfiles" "$lib/tmpfiles.d/edgeclassify.conf"
  systemd-sysusers "$lib/sysusers.d/edgeclassify.conf"
  systemd-tmpfiles --create "$lib/tmpfiles.d/edgeclassify.conf"
  # A camera's password goes into the config: nobody but root and the service reads it.
  [ -e "$config" ] || install -m 0640 -g "$group" "$checkout/config/edgeclassify.toml" "$config"
  protect "$config"
  give_config
  make_password
  booted || return 0
  systemctl daemon-reload
  systemctl try-restart edgeclassify.service
}

# forget_node: what the node has left on its broker, its device in Home Assistant with it; the config says where. Where
# that can't be done, it is said, and the rest goes on.
forget_node() {
  [ -x "$home/bin/edgeclassify" ] && [ -e "$config" ] || return 0
  node=$("$home/bin/python" -c 'import sys; from pathlib import Path; from edgeclassify.config import load_config
print(load_config(Path(sys.argv[1])).node.name)' "$config" 2>/dev/null) || node=
  [ -n "$node" ] && timeout 45 "$home/bin/edgeclassify" watch --config "$config" --forget "$node" && return 0
  echo "what ${node:-this node} left on its broker is still there; later, from any machine:" \
    "edgeclassify watch --host BROKER --forget ${node:-NODE}" >&2
}

remove() {
  if booted; then systemctl disable --quiet --now edgeclassify.service edgeclassify-reboot.path 2>/dev/null || true; fi
  forget_node
  for unit in $units; do rm -f "$lib/systemd/system/$unit"; done
  rm -f /usr/local/bin/edgeclassify "$lib/sysusers.d/edgeclassify.conf" "$lib/tmpfiles.d/edgeclassify.conf"
  rm -rf "$home"
  if booted; then systemctl daemon-reload; fi
  echo "removed; kept: /etc/edgeclassify, /var/lib/edgeclassify and the user edgeclassify"
}

[ "$(id -u)" = 0 ] || fail "root rights are needed: sudo make ${1:-install}"
case ${1:-} in
  install)
    make_environment
    install_package
    install_service
    echo "installed: $(/usr/local/bin/edgeclassify --version)"
    echo "next: sudo nano $config && sudo edgeclassify check $config && sudo systemctl enable --now edgeclassify"
    ;;
  uninstall) remove ;;
  *) fail "usage: install.sh install|uninstall" ;;
esac
