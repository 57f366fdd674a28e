# Installs a new version, and rolls back if it does not work. Sourced by deploy-vps.sh.
# shellcheck shell=bash

update() {
  is_installed || die "Nothing is installed here. Run $0 first."
  local commit=''
  "${MODE}_save_version"
  if [[ -z $IMAGE_WANTED ]]; then
    commit=$(git rev-parse HEAD) || die "This folder is not a git checkout. Specify an image with --image."
    step "Fetching the new version"
    run git pull --ff-only || die "git pull failed. Nothing was changed."
  fi
  try_new_version
  if [[ $TRIED == works ]]; then
    say "Version $(version) is running."
    print_next_steps
    return
  fi
  warn "The new version does not work. Its last log lines:"
  "${MODE}_logs" || true
  step "Rolling back to the previous version"
  [[ -z $commit ]] || run git reset --keep --quiet "$commit"
  "${MODE}_roll_back"
  require_working "The previous version does not work either."
  die "The update failed. The previous version is running again."
}

# Not used as a condition: `set -e` would be ignored there, and a failed step would not stop the update.
try_new_version() {
  set +e
  (
    set -e
    "${MODE}_up"
    works
  )
  local status=$?
  set -e
  ((status)) && TRIED=fails || TRIED=works
}
