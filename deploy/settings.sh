# The file of settings: secrets made once, sizes taken from the machine, nothing changed that stands there already.
# Sourced by deploy-vps.sh.
# shellcheck shell=bash

# A worker process holds 340 MB at rest and comes to 1.3 GB on the largest pictures.
readonly PROCESS_MB=1500

# get NAME: its value in the file of settings, or nothing.
get() {
  [[ -f $SETTINGS ]] || return 0
  sed -n "s/^$1=//p" "$SETTINGS" | tail -n 1
}

# put NAME VALUE: whatever stood there.
put() {
  if [[ $DRY_RUN == yes ]]; then
    say "  would set: $1=$([[ $1 == *SECRET* ]] && echo '(a new secret)' || echo "$2")"
    return
  fi
  { if [[ -f $SETTINGS ]]; then grep -v "^$1=" "$SETTINGS" || true; fi; printf '%s=%s\n' "$1" "$2"; } | write_file "$SETTINGS" 600
}

# keep NAME VALUE: only where nothing stands yet.
keep() {
  [[ -n $(get "$1") ]] || put "$1" "$2"
}

new_secret() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

smaller() { echo $(($1 < $2 ? $1 : $2)); }
larger() { echo $(($1 > $2 ? $1 : $2)); }

# The worker gets half of the memory, and all cores but two (on a small machine: two, or the one there is).
worker_memory_mb() { echo $(($1 / 2)); }
worker_cores() { larger "$(smaller "$1" 2)" $(($1 - 2)); }

# worker_processes MEMORY_MB CORES (both the worker's): one for each core, as long as memory lasts.
worker_processes() { larger 1 "$(smaller "$2" $(($1 / PROCESS_MB)))"; }

# An 8 GB machine tells of a few MB less; sizes are for what it is sold as.
nominal_mb() { echo $((($1 + 1023) / 1024 * 1024)); }

settle_sizes() {
  local memory worker_mb cpus processes
  memory=$(nominal_mb "$(memory_mb)")
  worker_mb=$(worker_memory_mb "$memory")
  cpus=$(worker_cores "$(cores)")
  processes=$(worker_processes "$worker_mb" "$cpus")
  keep WORKER_MEMORY "${worker_mb}m"
  keep WORKER_CPUS "$cpus"
  keep OCR_WORKERS "$processes"
  keep OCR_THREADS $((cpus / processes))
  keep WEB_MEMORY "$(larger 512 $((memory / 8)))m"
  keep REDIS_MAXMEMORY "$((memory / 16))mb"
  keep REDIS_MEMORY "$((memory / 8))m"
  say "The worker: $(get_or WORKER_MEMORY "${worker_mb}m") of memory, $(get_or WORKER_CPUS "$cpus") cores, $(get_or OCR_WORKERS "$processes") process(es)."
}

# With --dry-run nothing was written that could be read back.
get_or() {
  local value
  value=$(get "$1")
  echo "${value:-$2}"
}

settle_secrets() {
  keep FLASK_ENV production
  keep SECRET_KEY "$(new_secret)"
}
