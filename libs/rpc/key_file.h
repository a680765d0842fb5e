// PEM files of P-256 keys.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace rectify::rpc {

// The PEM text; FAILED_PRECONDITION naming the file when it is not such a key.
absl::StatusOr<std::string> ReadPrivateKey(const std::string& path);
absl::StatusOr<std::string> ReadPublicKey(const std::string& path);

// The text of a file, at most 64 KiB; NOT_FOUND naming it.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path);

}  // namespace rectify::rpc
