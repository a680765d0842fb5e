#include "libs/rpc/transport.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/key_file.h"

namespace rectify::rpc {
namespace {

absl::Status PlaintextRefused(absl::string_view address) {
  return absl::FailedPreconditionError(
      absl::StrCat(address, " is not on loopback: it needs TLS files"));
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

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(
    absl::string_view listen, const std::string& cert_file, const std::string& key_file) {
  if (cert_file.empty() != key_file.empty()) {
    return absl::FailedPreconditionError("a TLS certificate and its key go together");
  }
  if (cert_file.empty()) {
    if (!IsLoopback(listen)) return PlaintextRefused(listen);
    return grpc::InsecureServerCredentials();
  }
  grpc::SslServerCredentialsOptions options;
  grpc::SslServerCredentialsOptions::PemKeyCertPair pair;
  ASSIGN_OR_RETURN(pair.cert_chain, ReadSmallFile(cert_file));
  ASSIGN_OR_RETURN(pair.private_key, ReadSmallFile(key_file));
  options.pem_key_cert_pairs.push_back(std::move(pair));
  return grpc::SslServerCredentials(options);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentials(
    absl::string_view target, const std::string& root_file) {
  if (root_file.empty()) {
    if (!IsLoopback(target)) return PlaintextRefused(target);
    return grpc::InsecureChannelCredentials();
  }
  grpc::SslCredentialsOptions options;
  ASSIGN_OR_RETURN(options.pem_root_certs, ReadSmallFile(root_file));
  return grpc::SslCredentials(options);
}

}  // namespace rectify::rpc
