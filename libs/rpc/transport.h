// Addresses, credentials and channel settings that server and client share.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "libs/rpc/tls.h"

namespace rectify::rpc {

// "127.0.0.1:1", "[::1]:1", "localhost:1", "unix:/path", also with "dns:///", "ipv4:" or "ipv6:".
bool IsLoopback(absl::string_view address);

// FAILED_PRECONDITION for plaintext that would leave the machine, for files that do not go together
// and for those that can't be used.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(absl::string_view listen,
                                                                           const ServerTls& tls);
// The same object for the same files: channels share connections only when they share credentials.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentials(
    absl::string_view target, const ClientTls& tls);

}  // namespace rectify::rpc
