#!/bin/sh
# on_host.sh apply|undo: what a roll-out does on one host, as root. rollout.py brings it there, and runs it.
# apply: the package first, where one is wanted (PACKAGE: a .deb beside this file; or APT: a version, or "newest"), then
# the config beside this file (edgeclassify.toml), where there is one: checked here before it takes the place of the old
# one, which stays as edgeclassify.toml.before. What the service does not survive for SETTLE seconds is taken back.
# undo: puts edgeclassify.toml.before back.
# The last line says what came of it: "RESULT done: …", also unchanged, refused, rolled-back, broken.
set -u
config=/etc/edgeclassify/edgeclassify.toml
before=$config.before
here=$(cd "$(dirname "$0")" && pwd)
settle=${SETTLE:-10}
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# A switch that was begun is brought to its end, though the connection is lost.
trap '' HUP INT TERM PIPE

say() { echo "RESULT $1: $(printf %s "$2" | tr '\n\t' '  ' | cut -c 1-400)"; exit 0; }

mkdir -p /run/lock
exec 9> /run/lock/edgeclassify-rollout
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

# laid_down FROM TO: a copy with the owner and the rights of the config that is there; where there is none yet, for root
# and the service alone.
laid_down() {
  rm -f "$2"
  (umask 077; cat "$1" > "$2") || return 1
  if [ -e "$config" ]; then
    chown --reference="$config" "$2" && chmod --reference="$config" "$2"
  elif getent group edgeclassify > /dev/null; then
    chgrp edgeclassify "$2" && chmod 640 "$2"
  fi
}

# replace FROM: the config becomes FROM, whole or not at all.
replace() {
  laid_down "$1" "$config.new" || return 1
  sync "$config.new" && mv "$config.new" "$config" && sync /etc/edgeclassify
}

put_back() {
  [ -e "$before" ] || say broken "$1; and there was no config before: the service is stopped$(systemctl stop edgeclassify 2>&1)"
  replace "$before" || say broken "$1; and the config before can't be put back: is the disk full?"
  said=$(take_over) && runs_well || say broken "$1; and with the config before the service does not run either: $said"
  say "$2" "$1"
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
    "$wanted" 2>&1 9>&-) || say refused "the package can't be installed: $(printf %s "$said" | tail -n 1)"
  now=$(dpkg-query -W -f '${Version}' edgeclassify)
  [ "$now" = "$version" ] || package="package $now (before: ${version:-none})"
}

package=''
case ${1:-} in
  apply)
    [ -z "${PACKAGE:-}${APT:-}" ] || install_package
    new=$here/edgeclassify.toml
    if [ ! -e "$new" ] || cmp -s "$new" "$config"; then
      runs_well || say broken "${package:+$package; }the service does not run: journalctl -u edgeclassify"
      [ -n "$package" ] || say unchanged "the config is there already"
      say done "$package"
    fi
    # Beside the old one, where its relative paths lead to the same files.
    try=/etc/edgeclassify/.rollout.toml
    laid_down "$new" "$try" || say refused "the config can't be written: is the disk full?"
    said=$(edgeclassify check "$try" 2>&1) || { rm -f "$try"; say refused "edgeclassify check: $said"; }
    rm -f "$try"
    rm -f "$before"
    [ ! -e "$config" ] || cp -p "$config" "$before" || say refused "the config before can't be kept: is the disk full?"
    replace "$new" || say refused "the config can't be written: is the disk full?"
    said=$(edgeclassify check "$config" 2>&1) || put_back "edgeclassify check: $said" rolled-back
    said=$(take_over) || put_back "the service does not take it over: $said" rolled-back
    runs_well || put_back "the service did not run for $settle s with it: journalctl -u edgeclassify" rolled-back
    say done "${package:+$package; }config taken over"
    ;;
  undo)
    [ -e "$before" ] || say refused "there is no $before"
    put_back "the config before is back" done
    ;;
  *) say refused "expected apply or undo, found ${1:-nothing}" ;;
esac
