#!/bin/sh
# Runs a command when a label comes or goes: on_label.sh VIEW LABEL_SLUG COMMAND...
# The command gets ON or OFF as its last word. The view must list the label: labels = ["open"] in its config.
# MQTT_HOST, MQTT_PORT and NODE may be set; a NODE of + means any node. Needs mosquitto-clients.
set -eu
view=$1 label=$2
shift 2
# -R: not what the broker has kept from before; without it the present state comes first.
mosquitto_sub -R -q 1 -h "${MQTT_HOST:-localhost}" -p "${MQTT_PORT:-1883}" \
  -t "edgeclassify/${NODE:-+}/$view/label/$label" |
  while read -r state; do
    # None: nobody can tell. Its own input, or it would read our lines.
    [ "$state" = None ] || "$@" "$state" < /dev/null
  done
