// PEM files of certificates, looked at before anything is served or called with them.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace rectify::rpc {

// FAILED_PRECONDITION naming the file that has no certificate or no private key, or both when the
// key is another certificate's.
absl::Status CheckKeyOf(const std::string& cert_file, const std::string& key_file);
// FAILED_PRECONDITION naming the file when it has no certificate.
absl::Status CheckCertificates(const std::string& file);

}  // namespace rectify::rpc
