# The certificate for --domain: first self-signed, so that nginx can start, then from Let's Encrypt.
# Sourced by deploy-vps.sh.
# shellcheck shell=bash

readonly TLS=nginx/tls ACME=nginx/acme NGINX_USER=101 # the uid in nginx's image

create_self_signed() {
  [[ ! -e $TLS/fullchain.pem ]] || return 0
  step "Creating a self-signed certificate, to be replaced later"
  has openssl || install_packages openssl
  run install -d -m 0755 "$TLS" "$ACME"
  run openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj "/CN=$DOMAIN" -addext "subjectAltName=DNS:$DOMAIN" \
    -keyout "$TLS/privkey.pem" -out "$TLS/fullchain.pem"
  run chown "$NGINX_USER" "$TLS/privkey.pem"
}

# certbot renews the certificate by itself and calls the hook after each renewal.
request_certificate() {
  [[ -n $DOMAIN ]] || return 0
  step "Requesting a certificate from Let's Encrypt for $DOMAIN"
  has certbot || install_packages certbot
  local address=(--register-unsafely-without-email)
  [[ -z $EMAIL ]] || address=(--email "$EMAIL")
  run certbot certonly --webroot --webroot-path "$PWD/$ACME" --domain "$DOMAIN" --non-interactive --agree-tos \
    --keep-until-expiring "${address[@]}" --deploy-hook "$PWD/deploy/new-certificate.sh" ||
    warn "No certificate was issued. Until then the self-signed one is used, which clients do not trust. Check that" \
      "$DOMAIN resolves to this machine and that port 80 is reachable from outside, then run this command again."
}
