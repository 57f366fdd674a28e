# Backup and restore: jobs and results (Redis's append-only file), uploads, settings with their secrets.
# Sourced by deploy-vps.sh.
# shellcheck shell=bash

WORK=''

cleanup_work() { [[ -z $WORK ]] || rm -rf "$WORK"; }

# For as long as it takes to copy, nothing changes: requests wait, jobs stand still, and both go on.
backup() {
  local file=$1
  is_installed || die "Nothing is installed here."
  [[ ! -e $file ]] || die "$file is there already."
  [[ -d $(dirname "$file") ]] || die "There is no folder $(dirname "$file")."
  step "Backup to $file"
  if [[ $DRY_RUN == no ]]; then
    WORK=$(umask 077 && mktemp -d "$(dirname "$file")/.backup.XXXXXX")
  else
    WORK=''
  fi
  trap 'let_go; cleanup_work' EXIT
  HELD=yes
  "${MODE}_hold"
  "${MODE}_export" "$WORK"
  let_go
  run cp "$SETTINGS" "$WORK/settings.env"
  [[ $DRY_RUN == yes ]] || echo "$(version) $MODE" >"$WORK/version"
  run tar -C "$WORK" -czf "$WORK.tar.gz" version settings.env redis.tar data.tar
  run chmod 600 "$WORK.tar.gz"
  run mv "$WORK.tar.gz" "$file"
  cleanup_work
  WORK=''
  say "Done. It holds secrets and clients' documents: keep it where nobody else reads it."
}

HELD=no
let_go() {
  [[ $HELD == yes ]] || return 0
  HELD=no
  "${MODE}_release"
}

# The two kinds of installation have different Redis servers, and the older one cannot read what the newer one wrote.
made_with() {
  [[ $1 == "$MODE" ]] || die "This backup was made with $1, this is $MODE. Nothing was changed."
}

# Everything is put back as it was, the settings too; what is there now is lost, so it asks.
restore() {
  local file=$1
  [[ -r $file ]] || die "$file cannot be read."
  tar -tzf "$file" >/dev/null 2>&1 || die "$file is no backup, or it is damaged."
  ask "Restoring replaces all jobs, results and settings of this machine by those in $file." || die "Nothing was changed."
  step "Restoring $file"
  WORK=$(umask 077 && mktemp -d)
  trap cleanup_work EXIT
  tar -C "$WORK" -xzf "$file" version settings.env redis.tar data.tar || die "$file is no backup of this service."
  made_with "$(cut -d' ' -f2 "$WORK/version")"
  run mkdir -p "$(dirname "$SETTINGS")"
  [[ ! -f $SETTINGS ]] || run cp -p "$SETTINGS" "$SETTINGS.before-restore"
  run install -m 600 "$WORK/settings.env" "$SETTINGS"
  choose_door
  is_installed || install_service
  "${MODE}_import" "$WORK"
  "${MODE}_start"
  must_work "The data is back, but the service does not work."
}
