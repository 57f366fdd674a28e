# A new version, and by itself back to the one before when it does not work. Sourced by deploy-vps.sh.
# shellcheck shell=bash

update() {
  is_installed || die "Nothing is installed here: run $0 first."
  local commit=''
  "${MODE}_remember"
  if [[ -z $IMAGE_WANTED ]]; then
    commit=$(git rev-parse HEAD) || die "This folder is no git checkout: name an image with --image."
    step "Fetching the new version"
    run git pull --ff-only || die "git pull did not work. Nothing was changed."
  fi
  try_new_version
  if [[ $TRIED == works ]]; then
    say "Version $(version) runs."
    tell_next
    return
  fi
  warn "The new version does not work. Its last words:"
  "${MODE}_logs" || true
  step "Going back to the version before"
  [[ -z $commit ]] || run git reset --keep --quiet "$commit"
  "${MODE}_go_back"
  must_work "The version before does not work either."
  die "The update failed. The version before runs again."
}

# Not in a condition, where `set -e` would not hold and a step that failed would be passed over.
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
