# Backup and restore: jobs and results (Redis's append-only file), uploads, settings with their secrets.
# Sourced by deploy-vps.sh.
# shellcheck shell=bash

WORK=''

delete_work() { [[ -z $WORK ]] || rm -rf "$WORK"; }

# The service is paused while its data is copied: requests and jobs wait, then continue.
backup() {
  local file=$1
  is_installed || die "Nothing is installed here."
  [[ ! -e $file ]] || die "$file already exists."
  [[ -d $(dirname "$file") ]] || die "The folder $(dirname "$file") does not exist."
  step "Backup to $file"
  if [[ $DRY_RUN == no ]]; then
    WORK=$(umask 077 && mktemp -d "$(dirname "$file")/.backup.XXXXXX")
  else
    WORK=''
  fi
  trap 'resume_if_paused; delete_work' EXIT
  PAUSED=yes
  "${MODE}_pause"
  "${MODE}_export" "$WORK"
  resume_if_paused
  run cp "$SETTINGS" "$WORK/settings.env"
  [[ $DRY_RUN == yes ]] || echo "$(version) $MODE" >"$WORK/version"
  run tar -C "$WORK" -czf "$WORK.tar.gz" version settings.env redis.tar data.tar
  run chmod 600 "$WORK.tar.gz"
  run mv "$WORK.tar.gz" "$file"
  delete_work
  WORK=''
  say "Done. The file contains secrets and clients' documents: store it where nobody else can read it."
}

PAUSED=no
resume_if_paused() {
  [[ $PAUSED == yes ]] || return 0
  PAUSED=no
  "${MODE}_resume"
}

# The two kinds of installation have different Redis servers, and the older one cannot read the newer one's files.
check_mode_of_backup() {
  [[ $1 == "$MODE" ]] || die "This backup was made with $1, this is $MODE. Nothing was changed."
}

# Restores everything, including the settings. The current data is lost, so this asks first.
restore() {
  local file=$1
  [[ -r $file ]] || die "$file cannot be read."
  tar -tzf "$file" >/dev/null 2>&1 || die "$file is not a backup, or it is damaged."
  ask "Restoring replaces all jobs, results and settings of this machine with those in $file." || die "Nothing was changed."
  step "Restoring $file"
  WORK=$(umask 077 && mktemp -d)
  trap delete_work EXIT
  tar -C "$WORK" -xzf "$file" version settings.env redis.tar data.tar || die "$file is not a backup of this service."
  check_mode_of_backup "$(cut -d' ' -f2 "$WORK/version")"
  run mkdir -p "$(dirname "$SETTINGS")"
  [[ ! -f $SETTINGS ]] || run cp -p "$SETTINGS" "$SETTINGS.before-restore"
  run install -m 600 "$WORK/settings.env" "$SETTINGS"
  choose_address
  is_installed || install_service
  "${MODE}_import" "$WORK"
  "${MODE}_start"
  require_working "The data was restored, but the service does not work."
}
