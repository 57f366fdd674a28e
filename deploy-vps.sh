#!/usr/bin/env bash
# Installs and maintains the OCR service on one Debian or Ubuntu machine; see `./deploy-vps.sh --help`.
# Its parts are in deploy/ and share the variables defined here. The first line of each part says what it does.
set -Eeuo pipefail
trap 'printf "Error: this command failed: %s\n" "${RUNNING:-$BASH_COMMAND}" >&2' ERR

usage() {
  cat <<'TEXT'
Usage: ./deploy-vps.sh [OPTION...]     install; run it again to apply changed options or settings

Where the service is reachable (by default only on this machine, at http://127.0.0.1:5000)
  --domain NAME     https://NAME, with a certificate from Let's Encrypt; needs ports 80 and 443
  --email ADDRESS   where Let's Encrypt may send warnings
  --public          on all addresses, unencrypted

How it runs
  --systemd         as systemd units, without Docker
  --image NAME:TAG  this image, instead of building one here
  --dry-run         only print what would be done
  --yes             answer all questions with yes

Instead of installing
  --update          install the new version (git pull, or --image); roll back if it does not work
  --backup FILE     save jobs, results, uploads and settings to FILE
  --restore FILE    restore them from FILE
  --uninstall       remove the service; asks first, and again before it deletes data
  --help
TEXT
}

readonly CALLED_FROM=$PWD OS_RELEASE=${OS_RELEASE:-/etc/os-release}
cd "$(dirname "${BASH_SOURCE[0]}")"
ACTION=install MODE='' DRY_RUN=no YES=no FILE='' IMAGE_WANTED=''
DOMAIN='' EMAIL='' PUBLIC=no URL='' RESOLVE=() PORTS=()
SETTINGS=''

# shellcheck source=deploy/output.sh
source deploy/output.sh
# shellcheck source=deploy/machine.sh
source deploy/machine.sh
# shellcheck source=deploy/settings.sh
source deploy/settings.sh
# shellcheck source=deploy/address.sh
source deploy/address.sh
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
        set_option "$1" "$2"
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

set_option() {
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
  configure_secrets
  configure_sizes
  configure_address
  "${MODE}_up"
}

install_and_check() {
  install_service
  require_working "The service was installed but does not work."
  request_certificate
  print_next_steps
}

uninstall() {
  ask "This stops and removes the service. Its data is not deleted yet." || die "Nothing was changed."
  "${MODE}_remove"
  say "Removed."
  # --yes answers only the first question: deleted data cannot be restored.
  YES=$DRY_RUN
  if ask "Delete the data too: jobs, results, uploads and settings with their secrets?"; then
    "${MODE}_remove_data"
    say "The data was deleted."
  else
    say "The data was not deleted. Run ./deploy-vps.sh to use it again."
  fi
}

print_next_steps() {
  if [[ $DRY_RUN == yes ]]; then
    printf '\nThis was a dry run: nothing was changed.\n'
    return
  fi
  cat <<TEXT

The OCR service $(version) runs at $URL.
  Try it       curl -F file=@docs/sample.png $URL/ocr/predict
  API          $URL/docs
  Health       curl $URL/health
  Logs         $("${MODE}_logs_command")
  Settings     $SETTINGS (described in env.example); run ./deploy-vps.sh after a change
  Update       ./deploy-vps.sh --update
  Backup       ./deploy-vps.sh --backup /root/ocr-\$(date +%F).tar.gz
TEXT
}

main() {
  read_options "$@"
  choose_mode
  choose_address
  [[ $DRY_RUN == yes || $(id -u) == 0 ]] || die "Root rights are required. Run: sudo ./deploy-vps.sh $*"
  case $ACTION in
    install) install_and_check ;;
    update) update ;;
    backup) backup "$FILE" ;;
    restore) restore "$FILE" ;;
    uninstall) uninstall ;;
  esac
}

main "$@"
