# The settings file: creates secrets once, derives sizes from the machine, and preserves existing values.
# Sourced by deploy-vps.sh.
# shellcheck shell=bash

# A worker process and its child need 0.4 GB at rest, 0.7 GB with A4 pages, and 1.9 GB with the largest pictures.
readonly PROCESS_MB=1900

# get NAME: print the value in the settings file, or nothing.
get() {
  [[ -f $SETTINGS ]] || return 0
  sed -n "s/^$1=//p" "$SETTINGS" | tail -n 1
}

# get_or NAME DEFAULT: with --dry-run nothing has been written that could be read.
get_or() {
  local value
  value=$(get "$1")
  echo "${value:-$2}"
}

# put NAME VALUE: set the value, replacing an existing one.
put() {
  if [[ $DRY_RUN == yes ]]; then
    say "  would set: $1=$([[ $1 == *SECRET* || $1 == *PASSWORD* ]] && echo '(a new secret)' || echo "$2")"
    return
  fi
  { if [[ -f $SETTINGS ]]; then grep -v "^$1=" "$SETTINGS" || true; fi; printf '%s=%s\n' "$1" "$2"; } | write_file "$SETTINGS" 600
}

# put_default NAME VALUE: set the value only if there is none yet.
put_default() {
  [[ -n $(get "$1") ]] || put "$1" "$2"
}

new_secret() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

min() { echo $(($1 < $2 ? $1 : $2)); }
max() { echo $(($1 > $2 ? $1 : $2)); }

# The worker gets half of the memory, and all cores except two (on a small machine two, or the only one).
worker_memory_mb() { echo $(($1 / 2)); }
worker_cores() { max "$(min "$1" 2)" $(($1 - 2)); }

# worker_processes MEMORY_MB CORES (the worker's share): one per core, as long as there is memory.
worker_processes() { max 1 "$(min "$2" $(($1 / PROCESS_MB)))"; }

# An 8 GB machine reports a few MB less. Sizes are computed from the nominal value.
nominal_mb() { echo $((($1 + 1023) / 1024 * 1024)); }

configure_sizes() {
  local memory worker_mb cpus processes
  memory=$(nominal_mb "$(memory_mb)")
  worker_mb=$(worker_memory_mb "$memory")
  cpus=$(worker_cores "$(cores)")
  processes=$(worker_processes "$worker_mb" "$cpus")
  put_default WORKER_MEMORY "${worker_mb}m"
  put_default WORKER_CPUS "$cpus"
  put_default OCR_WORKERS "$processes"
  put_default OCR_THREADS $((cpus / processes))
  put_default WEB_MEMORY "$(max 512 $((memory / 8)))m"
  put_default REDIS_MAXMEMORY "$((memory / 16))mb"
  put_default REDIS_MEMORY "$((memory / 8))m"
  say "The worker gets $(get_or WORKER_MEMORY "${worker_mb}m") of memory, $(get_or WORKER_CPUS "$cpus") cores" \
    "and $(get_or OCR_WORKERS "$processes") process(es)."
}

configure_secrets() {
  put_default FLASK_ENV production
  put_default SECRET_KEY "$(new_secret)"
  put_default REDIS_PASSWORD "$(new_secret)"
}
