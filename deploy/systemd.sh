# The service as systemd units, without Docker. Sourced by deploy-vps.sh.
#
# Each version lies in a folder of its own with its own Python packages; `current` points to the one that runs. So the way
# back from an update is to point it to the one before.
# shellcheck shell=bash

readonly HOUSE=/opt/paddleocr STATE=/var/lib/paddleocr ETC=/etc/paddleocr UNITS=/etc/systemd/system
readonly SERVICES=(paddleocr-redis.service paddleocr-web.service paddleocr-worker.service)

systemd_settings_file() { echo "$ETC/settings.env"; }

systemd_prepare() {
  step "Packages and the service's own user"
  has systemctl || die "systemctl is missing: --systemd needs a machine that systemd runs."
  refresh_packages
  install_packages python3 python3-venv make curl ca-certificates
  [[ $DRY_RUN == yes ]] || python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "Python 3.11 or newer is needed, this system has $(python3 --version). Leave --systemd out to use Docker."
  id paddleocr >/dev/null 2>&1 ||
    run useradd --system --user-group --home-dir "$STATE" --no-create-home --shell /usr/sbin/nologin paddleocr
  run install -d -m 0755 "$HOUSE" "$HOUSE/releases"
  run install -d -m 0700 "$ETC"
}

systemd_settle_door() {
  local host=127.0.0.1
  [[ $PUBLIC == no ]] || host=0.0.0.0
  put HOST "$host"
}

systemd_up() {
  step "Installing version $(version)"
  local release
  release="$HOUSE/releases/$(version)-$(checksum_of_tree)"
  [[ -e $release/.complete ]] || make_release "$release"
  switch_to "$release"
}

# What of this folder is the service: neither what it keeps here nor what was made from it.
readonly NOT_OURS=(--exclude=./.git --exclude=./.venv --exclude=./data --exclude=./.env --exclude=__pycache__)

checksum_of_tree() {
  tar "${NOT_OURS[@]}" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - . | sha256sum | head -c 12
}

copy_tree() { tar "${NOT_OURS[@]}" -cf - . | tar -C "$1" --no-same-owner -xf -; }

# make_release FOLDER: this version and all that it needs, from the package index.
make_release() {
  run rm -rf "$1"
  run install -d -m 0755 "$1"
  run copy_tree "$1"
  run make --silent -C "$1" install
  run "$1/.venv/bin/python" -m compileall -q "$1" -x '/\.venv/'
  run touch "$1/.complete"
}

# switch_to FOLDER: what did not change is not disturbed.
switch_to() {
  local before
  before=$(fingerprint)
  [[ $1 -ef $HOUSE/current || ! -e $HOUSE/current ]] || run point "$(readlink "$HOUSE/current")" "$HOUSE/previous"
  run point "$1" "$HOUSE/current"
  write_units
  run systemctl daemon-reload
  run systemctl enable --quiet paddleocr.target "${SERVICES[@]}"
  if [[ $DRY_RUN == yes || $(fingerprint) != "$before" ]]; then
    run systemctl restart "${SERVICES[@]}"
  fi
  run systemctl start paddleocr.target "${SERVICES[@]}"
  forget_old_releases
}

fingerprint() { { readlink "$HOUSE/current" && cat "${SERVICES[@]/#/$UNITS/}" "$SETTINGS" || true; } 2>/dev/null | sha256sum; }

point() {
  ln -sfn "$1" "$2.new"
  mv -T "$2.new" "$2"
}

# The one that runs and the one before are kept.
forget_old_releases() {
  local release
  for release in "$HOUSE"/releases/*; do
    [[ ! -d $release || $release -ef $HOUSE/current || $release -ef $HOUSE/previous ]] || run rm -rf "$release"
  done
}

write_units() {
  local redis unit
  redis=$(redis_program)
  for unit in paddleocr.target "${SERVICES[@]}"; do
    sed -e "s|@REDIS@|$redis|" -e "s|@REDIS_MAXMEMORY@|$(get REDIS_MAXMEMORY)|" \
      -e "s|@WEB_MEMORY@|$(unit_size WEB_MEMORY)|" -e "s|@WORKER_MEMORY@|$(unit_size WORKER_MEMORY)|" \
      -e "s|@WORKER_CPUS@|$(get WORKER_CPUS)|" "deploy/systemd/$unit" | write_file "$UNITS/$unit" 644
  done
}

# What Docker writes 512m, systemd writes 512M.
unit_size() { get "$1" | tr '[:lower:]' '[:upper:]'; }

redis_program() {
  [[ $DRY_RUN == yes ]] && echo redis-server && return
  (cd "$HOUSE/current" && .venv/bin/python -c 'from utils.redis_server import find_redis_server as find; print(find())')
}

systemd_is_installed() { [[ -e $UNITS/paddleocr.target ]]; }

systemd_remember() { PREVIOUS=$(readlink -f "$HOUSE/current"); }
systemd_go_back() { switch_to "$PREVIOUS"; }

systemd_logs() { run journalctl --no-pager --lines=40 -u paddleocr-web -u paddleocr-worker -u paddleocr-redis; }
systemd_logs_command() { echo "journalctl -f -u 'paddleocr-*'"; }

# No change comes from web or worker while they are frozen, and Redis has written all it knows when it has stopped.
systemd_hold() {
  run systemctl freeze paddleocr-web.service paddleocr-worker.service
  run systemctl stop paddleocr-redis.service
}

systemd_release() {
  run systemctl start paddleocr-redis.service
  run systemctl thaw paddleocr-web.service paddleocr-worker.service
}

systemd_export() {
  run tar -C "$STATE/redis" -cf "$1/redis.tar" .
  run tar -C "$STATE/data" -cf "$1/data.tar" .
}

systemd_import() {
  run systemctl stop "${SERVICES[@]}"
  local part
  for part in redis data; do
    run find "$STATE/$part" -mindepth 1 -delete
    run install -d -m 0700 -o paddleocr -g paddleocr "$STATE/$part"
    run tar -C "$STATE/$part" -xf "$1/$part.tar"
    run chown -R paddleocr:paddleocr "$STATE/$part"
  done
}

systemd_start() { run systemctl start "${SERVICES[@]}"; }

systemd_remove() {
  run systemctl disable --now paddleocr.target "${SERVICES[@]}"
  run rm -f "$UNITS/paddleocr.target" "${SERVICES[@]/#/$UNITS/}"
  run systemctl daemon-reload
  run rm -rf "$HOUSE"
}

systemd_remove_data() {
  run rm -rf "$STATE" /var/cache/paddleocr "$ETC"
  run userdel paddleocr
}
