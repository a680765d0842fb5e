// Thin names for the OpenSSL functions we use. No cryptography of our own. Thread-safe. When
// OpenSSL itself fails (no memory, no entropy) the process ends: there is no safe way on.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/hash.h"

namespace rectify::crypto {

// SHA-256 of what comes in parts. One thread at a time.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;
  void Update(absl::string_view part);
  std::string Finish();  // 32 bytes; once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string RandomBytes(size_t count);
std::string Base64(absl::string_view data);  // standard, padded
// INVALID_ARGUMENT for anything that Base64 would not have written.
absl::StatusOr<std::string> FromBase64(absl::string_view text);
bool ConstantTimeEqual(absl::string_view a, absl::string_view b);

// Field encryption at rest: AES-256-GCM with a random 96-bit nonce; `context` (table, column, row
// id) is authenticated, so a value can't be moved to another row. A keyed hash of the normalised
// value allows equality search without decrypting.
class FieldCipher {
 public:
  // 64 bytes of key material in base64: first half encrypts, second half hashes. NOT_FOUND when
  // absent, DATA_LOSS when malformed, FAILED_PRECONDITION when any user may read the file.
  static absl::StatusOr<std::unique_ptr<FieldCipher>> FromKeyFile(const std::string& path);
  // Writes a new key file (mode 0400) unless it exists.
  static absl::Status CreateKeyFile(const std::string& path);
  ~FieldCipher();
  FieldCipher(const FieldCipher&) = delete;
  FieldCipher& operator=(const FieldCipher&) = delete;

  std::string Encrypt(absl::string_view plaintext, absl::string_view context) const;
  // DATA_LOSS when the value was changed, moved or made with another key.
  absl::StatusOr<std::string> Decrypt(absl::string_view ciphertext,
                                      absl::string_view context) const;
  std::string BlindIndex(absl::string_view value) const;  // 16 bytes

 private:
  FieldCipher(std::string key, std::string index_key);
  std::string key_, index_key_;
};

}  // namespace rectify::crypto
