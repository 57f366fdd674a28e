# Does it work? Asked at the door that clients use. Sourced by deploy-vps.sh.
# shellcheck shell=bash

readonly READY_SECONDS=${READY_SECONDS:-300} SAMPLE_TEXT='CORNER BAKERY'

# ask_service PATH [CURL OPTION...]: as a client on this machine; a certificate that we signed ourselves is taken.
ask_service() {
  local path=$1
  shift
  curl --silent --show-error --fail-with-body --insecure --max-time 90 "${RESOLVE[@]}" "$@" "$URL$path"
}

wait_until_ready() {
  step "Waiting until it is ready at $URL (a model is loaded; at most $READY_SECONDS s)"
  [[ $DRY_RUN == yes ]] && return
  local deadline=$((SECONDS + READY_SECONDS))
  until ask_service /health/ready >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 2
  done
  say "Ready."
}

# One real picture, read by a real worker: with some bytes behind its end, so that no cache knows it.
read_sample() {
  step "Reading a picture"
  [[ $DRY_RUN == yes ]] && return
  local answer
  answer=$({ cat docs/sample.png && date +%s%N; } |
    ask_service '/ocr/predict?lang=en&wait=60' --form 'file=@-;filename=sample.png') || {
    warn "It answered: $answer"
    return 1
  }
  [[ $answer == *"$SAMPLE_TEXT"* ]] || {
    warn "Not the text of docs/sample.png: $answer"
    return 1
  }
  say "It read \"$SAMPLE_TEXT\"."
}

works() { wait_until_ready && read_sample; }

# must_work MESSAGE: or it ends here, with the last words of the service, the message and where more is to be read.
must_work() {
  works && return
  warn "The service does not work. Its last words:"
  "${MODE}_logs" || true
  die "$1 Its logs: $("${MODE}_logs_command")"
}
