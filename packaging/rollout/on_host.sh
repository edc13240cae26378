#!/bin/sh
# on_host.sh apply|undo: what a roll-out does on one host, as root. rollout.py brings it there, and runs it.
# apply: the package first, where one is wanted (PACKAGE: a .deb beside this file; or APT: a version, or "newest"), then
# the config beside this file (edgeclassify.toml), where there is one: checked here before it takes the place of the old
# one, which stays as edgeclassify.toml.before. What the service does not survive for SETTLE seconds is taken back.
# undo: puts edgeclassify.toml.before back.
# It says BEGUN before anything is changed, SWITCHED when the config is another one. The last line says what came of it:
# "RESULT done: …", also unchanged, refused, rolled-back, broken.
#
# The service may write to the config's folder, and this is root: nothing in that folder is written to or changed by its
# name, and no link there is followed. Files are made in a folder of root's own, and moved.
set -u
config=/etc/edgeclassify/edgeclassify.toml
before=$config.before
here=$(cd "$(dirname "$0")" && pwd)
settle=${SETTLE:-10}
package='' own='' rights=''
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# A switch that was begun is brought to its end, though the connection is lost.
trap '' HUP INT TERM PIPE
trap '[ -z "$own" ] || rm -rf "$own"' EXIT

# say OUTCOME WHY: the end. That the package is another one is said in any case.
say() {
  why=${package:+$package${2:+; }}$2
  echo "RESULT $1: $(printf %s "$why" | tr '\n\t' '  ' | cut -c 1-400)"
  exit 0
}

exec 9> /run/edgeclassify-rollout.lock
flock -n 9 || say refused "another roll-out is at work on this host"

command -v edgeclassify > /dev/null || [ -n "${PACKAGE:-}${APT:-}" ] || \
  say refused "edgeclassify is not installed here: give --deb or --apt"

# The service, up to SETTLE seconds: 0 where it runs all the time, and is not started again and again.
runs_well() {
  restarts=$(systemctl show -p NRestarts --value edgeclassify)
  until_=$(($(date +%s) + settle))
  while :; do
    systemctl is-active --quiet edgeclassify || return 1
    [ "$(systemctl show -p NRestarts --value edgeclassify)" = "$restarts" ] || return 1
    [ "$(date +%s)" -lt "$until_" ] || return 0
    sleep 1
  done
}

# take_over: the service goes by the config that is there now.
take_over() {
  edgeclassify service settle --no-password 2>&1 && systemctl reload-or-restart edgeclassify 2>&1
}

there() { [ -e "$1" ] || [ -L "$1" ]; }

# plain FILE: a file with one name, and no link.
plain() {
  case $(stat -c '%F, %h' "$1" 2> /dev/null) in
    'regular file, 1' | 'regular empty file, 1') ;;
    *) return 1 ;;
  esac
}

# look: owner and rights of the config that is there; where there is none yet, it is for root and the service alone.
look() {
  if there "$config"; then
    plain "$config" || say refused "$config: expected a plain file with one name, found a link or something else: put a file there"
    rights=$(stat -c '%u:%g %a' "$config")
  elif getent group edgeclassify > /dev/null; then
    rights="0:$(getent group edgeclassify | cut -d : -f 3) 640"
  else
    rights='0:0 600'
  fi
  # On the same file system, and nobody else's.
  own=$(umask 077; mktemp -d /etc/.edgeclassify-rollout.XXXXXX) || say refused "nothing can be written below /etc: is the disk full?"
}

# copied FROM TO: TO, in our own folder, is on the disk, with the owner and the rights of the config.
copied() {
  dd if="$1" iflag=nofollow,nonblock of="$2" status=none && chmod "${rights#* }" "$2" && chown "${rights% *}" "$2" && sync "$2"
}

# replace FILE: the config becomes FILE of our own folder, whole or not at all.
replace() {
  mv -f -T "$1" "$config" && sync /etc/edgeclassify && echo SWITCHED
}

# check_beside FILE: what check says of a copy beside the config, where its relative paths lead to the same files.
check_beside() {
  try=/etc/edgeclassify/.rollout.toml
  copied "$1" "$own/try" && mv -f -T "$own/try" "$try" || { echo "it can't be written: is the disk full?"; return 1; }
  edgeclassify check "$try" 2>&1
  status=$?
  rm -f "$try"
  return "$status"
}

# put_back WHY: the config before is there again, and the service goes by it.
put_back() {
  there "$before" || say broken "$1; and there was no config before: the service is stopped$(systemctl stop edgeclassify 2>&1)"
  plain "$before" || say broken "$1; and $before is no plain file: it is not put back"
  copied "$before" "$own/back" && replace "$own/back" || say broken "$1; and the config before can't be put back: is the disk full?"
  said=$(take_over) && runs_well || say broken "$1; and with the config before the service does not run either: $said"
}

roll_back() {
  put_back "$1"
  say rolled-back "$1"
}

install_package() {
  version=$(dpkg-query -W -f '${Version}' edgeclassify 2> /dev/null)
  if [ -n "${PACKAGE:-}" ]; then
    wanted=$here/$PACKAGE
  else
    said=$(apt-get update -q 2>&1) || say refused "apt-get update: $(printf %s "$said" | tail -n 1)"
    wanted=edgeclassify
    [ "$APT" = newest ] || wanted=edgeclassify=$APT
  fi
  said=$(apt-get install -q -y --allow-downgrades -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold \
    "$wanted" 2>&1 9>&-)
  status=$?
  now=$(dpkg-query -W -f '${Version}' edgeclassify 2> /dev/null)
  [ "$now" = "$version" ] || package="package ${now:-none} (before: ${version:-none})"
  [ "$status" = 0 ] || say refused "the package can't be installed: $(printf %s "$said" | tail -n 1)"
}

case ${1:-} in
  apply)
    look
    echo BEGUN
    [ -z "${PACKAGE:-}${APT:-}" ] || install_package
    new=$here/edgeclassify.toml
    if [ ! -e "$new" ] || cmp -s "$new" "$config"; then
      runs_well || say broken "the service does not run: journalctl -u edgeclassify"
      [ -n "$package" ] || say unchanged "the config is there already"
      say done ''
    fi
    # The package may have brought one.
    rm -rf "$own"
    look
    said=$(check_beside "$new") || say refused "edgeclassify check: $said"
    if there "$config"; then
      copied "$config" "$own/before" && mv -f -T "$own/before" "$before" || say refused "the config before can't be kept: is the disk full?"
    else
      rm -f "$before"
    fi
    copied "$new" "$own/new" && replace "$own/new" || say refused "the config can't be written: is the disk full?"
    said=$(edgeclassify check "$config" 2>&1) || roll_back "edgeclassify check: $said"
    said=$(take_over) || roll_back "the service does not take it over: $said"
    runs_well || roll_back "the service did not run for $settle s with it: journalctl -u edgeclassify"
    say done "config taken over"
    ;;
  undo)
    look
    there "$before" || say refused "there is no $before"
    plain "$before" || say refused "$before: expected a plain file with one name, found a link or something else"
    said=$(check_beside "$before") || say refused "the config before: edgeclassify check: $said"
    echo BEGUN
    put_back "it was to be undone"
    say done "the config before is back"
    ;;
  *) say refused "expected apply or undo, found ${1:-nothing}" ;;
esac
