#include "libs/rpc/transport.h"

#include <map>
#include <tuple>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/tls_files.h"

// Of gRPC's credentials only the experimental ones read their files again: the others keep what
// they were made with, and a certificate would end with a restart.
namespace rectify::rpc {
namespace {

using grpc::experimental::FileWatcherCertificateProvider;
using grpc::experimental::HostNameCertificateVerifier;
using grpc::experimental::TlsChannelCredentialsOptions;
using grpc::experimental::TlsServerCredentialsOptions;

// How often gRPC looks whether the files have changed.
constexpr unsigned kLookSeconds = 2;

absl::Status PlaintextRefused(absl::string_view address) {
  return absl::FailedPreconditionError(
      absl::StrCat(address, " is not on loopback: it needs TLS files"));
}

// gRPC itself would take files it can't use, and fail each handshake.
absl::Status CheckPair(const std::string& cert_file, const std::string& key_file) {
  if (cert_file.empty() != key_file.empty()) {
    return absl::FailedPreconditionError("a TLS certificate and its key go together");
  }
  return cert_file.empty() ? absl::OkStatus() : CheckKeyOf(cert_file, key_file);
}

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const ServerTls& tls) {
  TlsServerCredentialsOptions options(std::make_shared<FileWatcherCertificateProvider>(
      tls.key_file, tls.cert_file, tls.client_ca_file, kLookSeconds));
  options.watch_identity_key_cert_pairs();
  if (!tls.client_ca_file.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(tls.require_client_cert
                                      ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                      : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> MakeChannelCredentials(const ClientTls& tls) {
  TlsChannelCredentialsOptions options;
  options.set_certificate_provider(std::make_shared<FileWatcherCertificateProvider>(
      tls.key_file, tls.cert_file, tls.root_file, kLookSeconds));
  options.set_certificate_verifier(std::make_shared<HostNameCertificateVerifier>());
  options.watch_root_certs();
  if (!tls.cert_file.empty()) options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace

bool IsLoopback(absl::string_view address) {
  if (absl::StartsWith(address, "unix:")) return true;
  for (absl::string_view scheme : {"dns:///", "dns:", "ipv4:", "ipv6:"}) {
    if (absl::ConsumePrefix(&address, scheme)) break;
  }
  const absl::string_view host = address.substr(0, address.rfind(':'));
  return host == "localhost" || host == "[::1]" ||
         (absl::StartsWith(host, "127.") && host.find_first_not_of("0123456789.") == host.npos);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(absl::string_view listen,
                                                                           const ServerTls& tls) {
  RETURN_IF_ERROR(CheckPair(tls.cert_file, tls.key_file));
  if (tls.require_client_cert && tls.client_ca_file.empty()) {
    return absl::FailedPreconditionError("to require client certificates needs a client CA");
  }
  if (tls.cert_file.empty()) {
    if (!tls.client_ca_file.empty()) {
      return absl::FailedPreconditionError(
          "a client CA needs the server's TLS certificate and key");
    }
    if (!IsLoopback(listen)) return PlaintextRefused(listen);
    return grpc::InsecureServerCredentials();
  }
  if (!tls.client_ca_file.empty()) RETURN_IF_ERROR(CheckCertificates(tls.client_ca_file));
  return MakeServerCredentials(tls);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentials(
    absl::string_view target, const ClientTls& tls) {
  RETURN_IF_ERROR(CheckPair(tls.cert_file, tls.key_file));
  if (tls.root_file.empty()) {
    if (!tls.cert_file.empty()) {
      return absl::FailedPreconditionError("a client's TLS certificate needs the server's roots");
    }
    if (!IsLoopback(target)) return PlaintextRefused(target);
    return grpc::InsecureChannelCredentials();
  }
  RETURN_IF_ERROR(CheckCertificates(tls.root_file));
  ABSL_CONST_INIT static absl::Mutex mutex(absl::kConstInit);
  using Files = std::tuple<std::string, std::string, std::string>;
  static auto* const made = new std::map<Files, std::weak_ptr<grpc::ChannelCredentials>>;
  absl::MutexLock lock(&mutex);
  std::weak_ptr<grpc::ChannelCredentials>& kept =
      (*made)[{tls.root_file, tls.cert_file, tls.key_file}];
  std::shared_ptr<grpc::ChannelCredentials> credentials = kept.lock();
  if (credentials == nullptr) kept = credentials = MakeChannelCredentials(tls);
  return credentials;
}

}  // namespace rectify::rpc
