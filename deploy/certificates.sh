# RECTIFY_TLS=1: a private CA and a certificate for each service in the state folder. Sourced by
# system.sh.
#
# A service's certificate is for 127.0.0.1 and names it by the URI rectify://services/NAME, to which
# the service's tokens are bound. What has less than 30 days left is made anew by the next deploy/up.

readonly CA_DAYS=3650 CERTIFICATE_DAYS=365 KEEP_SECONDS=$((30 * 86400))

tls_on() { [[ ${RECTIFY_TLS:-} == 1 ]]; }
# A shell that has sourced the env file of a system with TLS may start one without.
tls_on || unset RECTIFY_TLS_ROOTS

# tls_file NAME: "ca.pem", "venue.key"
tls_file() { echo "$STATE/keys/tls/$1"; }

make_certificates() {
  tls_on || return 0
  mkdir -p "$(tls_file "")"
  chmod 700 "$(tls_file "")"
  certificate_lasts ca || make_certificate ca "$CA_DAYS" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
  each_service make_service_certificate
  make_service_certificate gateway
}

make_service_certificate() {
  certificate_lasts "$1" || make_certificate "$1" "$CERTIFICATE_DAYS" \
    -CA "$(tls_file ca.pem)" -CAkey "$(tls_file ca.key)" \
    -addext basicConstraints=critical,CA:FALSE -addext extendedKeyUsage=serverAuth,clientAuth \
    -addext "subjectAltName=URI:rectify://services/$1,DNS:localhost,IP:127.0.0.1"
}

# certificate_lasts NAME: it is there, of the present CA, and not near its end.
certificate_lasts() {
  local file
  file=$(tls_file "$1.pem")
  [[ -s $file && -s $(tls_file "$1.key") ]] &&
    openssl verify -CAfile "$(tls_file ca.pem)" "$file" >/dev/null 2>&1 &&
    openssl x509 -in "$file" -noout -checkend "$KEEP_SECONDS" >/dev/null
}

# make_certificate NAME DAYS ARGUMENTS… of openssl; the system's configuration adds nothing.
make_certificate() {
  local name=$1 days=$2 file said
  file=$(tls_file "$name")
  shift 2
  rm -f "$file".{key,pem}.new
  said=$(umask 277 && openssl req -x509 -config /dev/stdin -newkey ec \
    -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days "$days" -subj "/O=Rectify/CN=$name" \
    -keyout "$file.key.new" -out "$file.pem.new" "$@" 2>&1 \
    <<<$'[req]\ndistinguished_name = dn\n[dn]') ||
    fail "证书没有做成:$name,$said" "could not make the certificate of $name: $said"
  mv "$file.key.new" "$file.key"
  mv "$file.pem.new" "$file.pem"
  say "  certificate of $name for $days days"
}
