// Ed25519 signatures (RFC 8032), by OpenSSL. Thread-safe; ends the process as crypto.h does.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace rectify::crypto {

// `seed`: the private key, 32 random bytes.
std::string Ed25519PublicKey(absl::string_view seed);                     // 32 bytes
std::string SignEd25519(absl::string_view seed, absl::string_view data);  // 64 bytes
bool VerifiesEd25519(absl::string_view public_key, absl::string_view signature,
                     absl::string_view data);

}  // namespace rectify::crypto
