#!/usr/bin/env bash
# Installs and looks after the OCR service on one Debian or Ubuntu machine; `./deploy-vps.sh --help` tells how.
# Its parts lie in deploy/. They share these variables, and each says in its first line what it is for.
set -Eeuo pipefail
trap 'printf "Error: this did not work: %s\n" "${RUNNING:-$BASH_COMMAND}" >&2' ERR

usage() {
  cat <<'TEXT'
Usage: ./deploy-vps.sh [OPTION...]     install; run again, it brings the installation up to what the options say

Where it can be reached (without one of these: on this machine alone, at http://127.0.0.1:5000)
  --domain NAME     https://NAME, with a certificate from Let's Encrypt; ports 80 and 443 have to be reachable
  --email ADDRESS   where the certificate's issuer may send warnings
  --public          on all addresses, unencrypted

How it runs
  --systemd         as systemd units, without Docker
  --image NAME:TAG  this image, instead of building one here
  --dry-run         only say what would be done
  --yes             answer questions with yes

Instead of installing
  --update          take the new version (git pull, or --image); if it does not work, go back by itself
  --backup FILE     jobs, results, uploads and settings into FILE
  --restore FILE    and back
  --uninstall       remove the service; asks, and asks again before it deletes data
  --help
TEXT
}

readonly CALLED_FROM=$PWD OS_RELEASE=${OS_RELEASE:-/etc/os-release}
cd "$(dirname "${BASH_SOURCE[0]}")"
ACTION=install MODE='' DRY_RUN=no YES=no FILE='' IMAGE_WANTED=''
DOMAIN='' EMAIL='' PUBLIC=no URL='' RESOLVE=() PORTS=()
SETTINGS=''

# shellcheck source=deploy/say.sh
source deploy/say.sh
# shellcheck source=deploy/machine.sh
source deploy/machine.sh
# shellcheck source=deploy/settings.sh
source deploy/settings.sh
# shellcheck source=deploy/door.sh
source deploy/door.sh
# shellcheck source=deploy/certificate.sh
source deploy/certificate.sh
# shellcheck source=deploy/docker.sh
source deploy/docker.sh
# shellcheck source=deploy/systemd.sh
source deploy/systemd.sh
# shellcheck source=deploy/checks.sh
source deploy/checks.sh
# shellcheck source=deploy/update.sh
source deploy/update.sh
# shellcheck source=deploy/backup.sh
source deploy/backup.sh

read_options() {
  while (($#)); do
    case $1 in
      --domain | --email | --image | --backup | --restore)
        [[ ${2:-} && ${2:-} != -* ]] || die "$1 needs a value."
        take "$1" "$2"
        shift
        ;;
      --update | --uninstall) ACTION=${1#--} ;;
      --systemd) MODE=systemd ;;
      --public) PUBLIC=yes ;;
      --dry-run) DRY_RUN=yes ;;
      --yes) YES=yes ;;
      --help) usage && exit ;;
      *) usage >&2 && die "Unknown option: $1" ;;
    esac
    shift
  done
}

take() {
  case $1 in
    --domain) DOMAIN=$2 ;;
    --email) EMAIL=$2 ;;
    --image) IMAGE_WANTED=$2 ;;
    --backup | --restore) ACTION=${1#--} FILE=$(cd "$CALLED_FROM" && realpath -m -- "$2") ;;
  esac
}

version() { sed -n 's/^VERSION = "\(.*\)"/\1/p' config.py; }
is_installed() { "${MODE}_is_installed"; }

choose_mode() {
  if [[ -z $MODE ]]; then
    systemd_is_installed && MODE=systemd || MODE=docker
  fi
  SETTINGS=$("${MODE}_settings_file")
}

install_service() {
  check_machine
  is_installed || check_ports "${PORTS[@]}"
  "${MODE}_prepare"
  step "Settings ($SETTINGS)"
  settle_secrets
  settle_sizes
  settle_door
  "${MODE}_up"
}

set_up() {
  install_service
  must_work "It does not work."
  certify
  tell_next
}

uninstall() {
  ask "This stops the service and removes it; its data stays." || die "Nothing was changed."
  "${MODE}_remove"
  say "Removed."
  # A --yes is meant for the first question: data that is gone is gone.
  YES=$DRY_RUN
  if ask "Delete its data too: jobs, results, uploads and settings with their secrets?"; then
    "${MODE}_remove_data"
    say "Its data is deleted."
  else
    say "Its data is kept; ./deploy-vps.sh takes it up again."
  fi
}

tell_next() {
  if [[ $DRY_RUN == yes ]]; then
    printf '\nThis was a dry run: nothing was changed.\n'
    return
  fi
  cat <<TEXT

The OCR service $(version) runs at $URL.
  Try it       curl -F file=@docs/sample.png $URL/ocr/predict
  Its API      $URL/docs
  Health       curl $URL/health
  Logs         $("${MODE}_logs_command")
  Settings     $SETTINGS (every one is described in env.example); run ./deploy-vps.sh again after a change
  New version  ./deploy-vps.sh --update
  Backup       ./deploy-vps.sh --backup /root/ocr-\$(date +%F).tar.gz
TEXT
}

main() {
  read_options "$@"
  choose_mode
  choose_door
  [[ $DRY_RUN == yes || $(id -u) == 0 ]] || die "Root rights are needed. Run: sudo ./deploy-vps.sh $*"
  case $ACTION in
    install) set_up ;;
    update) update ;;
    backup) backup "$FILE" ;;
    restore) restore "$FILE" ;;
    uninstall) uninstall ;;
  esac
}

main "$@"
