# Messages to the operator, and running commands (or, with --dry-run, printing them). Sourced by deploy-vps.sh.
# shellcheck shell=bash disable=SC2034

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
warn() { printf 'Note: %s\n' "$*" >&2; }

die() {
  printf 'Error: %s\n' "$*" >&2
  exit 1
}

# run COMMAND...: every command that changes this machine goes through here.
run() {
  if [[ $DRY_RUN == yes ]]; then
    printf '  would run: %s\n' "$*"
    return
  fi
  RUNNING="$*" # printed by the trap in deploy-vps.sh
  "$@"
  local status=$?
  RUNNING=''
  return $status
}

# write_file FILE MODE: write standard input to the file, atomically.
write_file() {
  local file=$1 mode=$2 content
  content=$(cat)
  if [[ $DRY_RUN == yes ]]; then
    printf '  would write: %s\n' "$file"
    return
  fi
  (umask 077 && printf '%s\n' "$content" >"$file.new")
  chmod "$mode" "$file.new"
  mv "$file.new" "$file"
}

# ask QUESTION: succeeds if the operator types yes, or with --yes.
ask() {
  [[ $YES == yes ]] && return 0
  local answer
  read -r -p "$1 Type yes to continue: " answer || return 1
  [[ $answer == yes ]]
}
