# The certificate of --domain: at first signed by ourselves, so that nginx can start; then Let's Encrypt's.
# Sourced by deploy-vps.sh.
# shellcheck shell=bash

readonly TLS=nginx/tls ACME=nginx/acme NGINX_USER=101 # as in its image

self_signed() {
  [[ ! -e $TLS/fullchain.pem ]] || return 0
  step "A certificate of our own, until there is a better one"
  has openssl || install_packages openssl
  run install -d -m 0755 "$TLS" "$ACME"
  run openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj "/CN=$DOMAIN" -addext "subjectAltName=DNS:$DOMAIN" \
    -keyout "$TLS/privkey.pem" -out "$TLS/fullchain.pem"
  run chown "$NGINX_USER" "$TLS/privkey.pem"
}

# Renewals are certbot's own affair; it calls the hook after each.
certify() {
  [[ -n $DOMAIN ]] || return 0
  step "A certificate from Let's Encrypt for $DOMAIN"
  has certbot || install_packages certbot
  local address=(--register-unsafely-without-email)
  [[ -z $EMAIL ]] || address=(--email "$EMAIL")
  run certbot certonly --webroot --webroot-path "$PWD/$ACME" --domain "$DOMAIN" --non-interactive --agree-tos \
    --keep-until-expiring "${address[@]}" --deploy-hook "$PWD/deploy/new-certificate.sh" ||
    warn "No certificate came. Until then the one of our own is used, which clients do not trust. Does $DOMAIN lead here," \
      "and is port 80 reachable from outside? Then run this command again."
}
