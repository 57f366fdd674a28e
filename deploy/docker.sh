# The service as containers of docker-compose.yml. Sourced by deploy-vps.sh.
# shellcheck shell=bash

export DOCKER_BUILDKIT=1 COMPOSE_DOCKER_CLI_BUILD=1 # Debian 12's Docker still needs them

docker_settings_file() { echo "$PWD/.env"; }

# Distributions provide Compose as a Docker plugin, as a separate program, or both.
compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose "$@"
  else
    docker-compose "$@"
  fi
}

docker_prepare() {
  step "Docker"
  if has docker && compose version >/dev/null 2>&1; then
    say "Already installed."
  else
    refresh_packages
    install_packages docker.io "$(first_available docker-compose-v2 docker-compose-plugin docker-compose)"
    ! is_available docker-buildx || install_packages docker-buildx
    run systemctl enable --quiet --now docker
  fi
  has curl || install_packages curl ca-certificates
}

first_available() {
  local name
  for name in "$@"; do
    if is_available "$name"; then
      echo "$name"
      return
    fi
  done
  die "This system has none of these packages: $*"
}

docker_up() {
  if [[ -n $IMAGE_WANTED ]]; then
    step "Pulling $IMAGE_WANTED"
    put IMAGE "$IMAGE_WANTED"
    run docker pull "$IMAGE_WANTED"
  else
    step "Building version $(version) (the first time takes some minutes)"
    put IMAGE "paddleocr-service:$(version)"
    run compose build web
  fi
  docker_start
}

docker_start() {
  step "Starting"
  run compose up --detach --remove-orphans
}

docker_is_installed() { [[ -n $(compose ps --quiet web 2>/dev/null || true) ]]; }

docker_save_version() {
  PREVIOUS=$(get IMAGE)
  run docker tag "$PREVIOUS" paddleocr-service:previous
}

docker_roll_back() {
  put IMAGE "$PREVIOUS"
  run docker tag paddleocr-service:previous "$PREVIOUS"
  docker_start
}

docker_logs() { run compose logs --tail 40 web worker redis; }
docker_logs_command() { echo "cd $PWD && docker compose logs -f web worker"; }

# While web and worker are paused they change nothing, and a stopped Redis has written everything to its file.
docker_pause() {
  run compose pause web worker
  run compose stop redis
}

docker_resume() {
  run compose start redis
  run compose unpause web worker
}

docker_export() {
  run docker_pack redis "$1/redis.tar"
  run docker_pack web "$1/data.tar"
}

docker_import() {
  run compose stop web worker redis
  run docker_unpack redis "$1/redis.tar"
  run docker_unpack web "$1/data.tar"
}

# The folder /data of a service, read and written through a temporary container.
docker_pack() { compose run --rm --no-deps -T --entrypoint tar "$1" -C /data -cf - . >"$2"; }

docker_unpack() {
  compose run --rm --no-deps -T --entrypoint sh "$1" -c 'find /data -mindepth 1 -delete && tar -C /data -xf -' <"$2"
}

docker_remove() { run compose --profile production --profile flower down --remove-orphans; }

docker_remove_data() {
  run compose --profile production --profile flower down --volumes
  run rm -rf "$SETTINGS" nginx/tls nginx/acme
}

docker_configure_address() {
  [[ -n $DOMAIN || $PUBLIC == yes ]] || return 0
  put COMPOSE_PROFILES production
  [[ -z $DOMAIN ]] || create_self_signed
}
