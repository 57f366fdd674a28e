#!/usr/bin/env bash
# certbot calls this after it has received a new certificate (in RENEWED_LINEAGE). Copies it to where nginx (user 101 in its
# image) reads it for each connection.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../nginx/tls"
install -m 0644 "$RENEWED_LINEAGE/fullchain.pem" fullchain.pem
install -m 0400 -o 101 "$RENEWED_LINEAGE/privkey.pem" privkey.pem
