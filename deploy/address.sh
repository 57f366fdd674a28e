# Where the service is reachable: on this machine only, on all addresses, or under a domain with TLS.
# Sourced by deploy-vps.sh.
# shellcheck shell=bash disable=SC2034

# From the options, or from the settings that an earlier run has written.
choose_address() {
  local port
  port=$(get_or PORT 5000)
  [[ -n $DOMAIN || $PUBLIC == yes ]] || DOMAIN=$(get DOMAIN)
  [[ -n $DOMAIN || $(get BIND_ADDRESS) != 0.0.0.0 ]] || PUBLIC=yes
  if [[ -n $DOMAIN ]]; then
    [[ $DOMAIN =~ ^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$ ]] || die "--domain: $DOMAIN is not a host name."
    [[ $MODE == docker ]] ||
      die "--domain requires Docker. With --systemd put your own web server in front; docs/vps.md explains how."
    URL=https://$DOMAIN RESOLVE=(--resolve "$DOMAIN:443:127.0.0.1") PORTS=(80 443)
  elif [[ $PUBLIC == yes && $MODE == docker ]]; then
    URL=http://127.0.0.1 PORTS=(80)
  else
    URL=http://127.0.0.1:$port PORTS=("$port")
  fi
}

configure_address() {
  if [[ -n $DOMAIN ]]; then
    put DOMAIN "$DOMAIN"
    put BIND_ADDRESS 0.0.0.0
  elif [[ $PUBLIC == yes ]]; then
    put DOMAIN ''
    put BIND_ADDRESS 0.0.0.0
  else
    put_default BIND_ADDRESS 127.0.0.1
  fi
  "${MODE}_configure_address"
}
