# Checks that the service works, at the address that clients use. Sourced by deploy-vps.sh.
# shellcheck shell=bash

readonly READY_SECONDS=${READY_SECONDS:-300} SAMPLE_TEXT='CORNER BAKERY'

# request PATH [CURL OPTION...]: as a client on this machine; accepts the self-signed certificate.
request() {
  local path=$1
  shift
  curl --silent --show-error --fail-with-body --insecure --max-time 90 "${RESOLVE[@]}" "$@" "$URL$path"
}

wait_until_ready() {
  step "Waiting until the service is ready at $URL (it loads a model; at most $READY_SECONDS s)"
  [[ $DRY_RUN == yes ]] && return
  local deadline=$((SECONDS + READY_SECONDS))
  until request /health/ready >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 2
  done
  say "Ready."
}

# Sends a real image to a real worker. Some bytes appended to the image make sure that its result is not in the cache.
read_sample() {
  step "Reading a sample image"
  [[ $DRY_RUN == yes ]] && return
  local response
  response=$({ cat docs/sample.png && date +%s%N; } |
    request '/ocr/predict?lang=en&wait=60' --form 'file=@-;filename=sample.png') || {
    warn "The request failed: $response"
    return 1
  }
  [[ $response == *"$SAMPLE_TEXT"* ]] || {
    warn "Not the text of docs/sample.png: $response"
    return 1
  }
  say "The service read \"$SAMPLE_TEXT\"."
}

works() { wait_until_ready && read_sample; }

# require_working MESSAGE: otherwise shows the last log lines, prints the message and exits.
require_working() {
  works && return
  warn "The service does not work. Its last log lines:"
  "${MODE}_logs" || true
  die "$1 To read the logs: $("${MODE}_logs_command")"
}
