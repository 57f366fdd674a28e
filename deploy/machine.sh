# Checks of the machine: system, memory, disk, ports. Installs packages. Sourced by deploy-vps.sh.
# shellcheck shell=bash

readonly MIN_MEMORY_MB=1700 # what a 2 GB machine reports
readonly MIN_DISK_MB=6144   # the image, twice during a rebuild, and some uploads

memory_mb() { echo $(($(getconf _PHYS_PAGES) * $(getconf PAGE_SIZE) / 1048576)); }
cores() { nproc; }
free_disk_mb() { df --output=avail -m . | tail -n 1 | tr -d ' '; }
has() { command -v "$1" >/dev/null 2>&1; }

check_machine() {
  check_system
  local memory disk
  memory=$(memory_mb) disk=$(free_disk_mb)
  ((memory >= MIN_MEMORY_MB)) || die "This machine has $memory MB of memory. The service needs at least 2 GB."
  ((disk >= MIN_DISK_MB)) || die "Only $disk MB are free on this disk. The service needs at least $MIN_DISK_MB MB."
  say "$(system_name), $(cores) cores, $memory MB of memory, $disk MB free: sufficient."
}

# shellcheck source=/dev/null
system_name() { (. "$OS_RELEASE" && echo "${PRETTY_NAME:-$ID}"); }

check_system() {
  [[ -r $OS_RELEASE ]] || die "This system is not Debian or Ubuntu ($OS_RELEASE is missing)."
  local family
  # shellcheck source=/dev/null
  family=$(. "$OS_RELEASE" && echo " $ID ${ID_LIKE:-} ")
  [[ $family == *" debian "* || $family == *" ubuntu "* ]] || die "This system is not Debian or Ubuntu, but $(system_name)."
  has apt-get || die "apt-get is missing."
}

# check_ports PORT...: fails if another program listens on one of them.
check_ports() {
  local port
  has ss || return 0
  for port in "$@"; do
    if ss -Hltn "sport = :$port" | grep -q .; then
      die "Port $port is in use by another program (ss -ltnp 'sport = :$port' shows which). Stop it, or choose another port."
    fi
  done
}

# install_packages NAME...: from the distribution.
install_packages() {
  run env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "$@"
}

refresh_packages() { run apt-get update --quiet; }

is_available() { apt-cache show "$1" >/dev/null 2>&1; }
