# Where the service is reached: on this machine alone, on all addresses, or under a name with TLS. Sourced by deploy-vps.sh.
# shellcheck shell=bash disable=SC2034

# What the options say, or else what an earlier run was told.
choose_door() {
  local port
  port=$(get_or PORT 5000)
  [[ -n $DOMAIN || $PUBLIC == yes ]] || DOMAIN=$(get DOMAIN)
  [[ -n $DOMAIN || $(get BIND_ADDRESS) != 0.0.0.0 ]] || PUBLIC=yes
  if [[ -n $DOMAIN ]]; then
    [[ $DOMAIN =~ ^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$ ]] || die "--domain: $DOMAIN is no host name."
    [[ $MODE == docker ]] ||
      die "--domain goes with Docker. With --systemd put a web server of your own in front; docs/vps.md shows how."
    URL=https://$DOMAIN RESOLVE=(--resolve "$DOMAIN:443:127.0.0.1") PORTS=(80 443)
  elif [[ $PUBLIC == yes && $MODE == docker ]]; then
    URL=http://127.0.0.1 PORTS=(80)
  else
    URL=http://127.0.0.1:$port PORTS=("$port")
  fi
}

settle_door() {
  if [[ -n $DOMAIN ]]; then
    put DOMAIN "$DOMAIN"
    put BIND_ADDRESS 0.0.0.0
  elif [[ $PUBLIC == yes ]]; then
    put DOMAIN ''
    put BIND_ADDRESS 0.0.0.0
  else
    keep BIND_ADDRESS 127.0.0.1
  fi
  "${MODE}_settle_door"
}
