#include "libs/base/ids.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace rectify {
namespace {

using Bytes = std::array<unsigned char, 16>;

[[noreturn]] void DieOfCrypto(const char* what) {
  // An id that is not unique is worse than a process that ends.
  std::fprintf(stderr, "OpenSSL failed: %s\n", what);
  std::abort();
}

std::string Format(Bytes bytes, int version) {
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);  // the variant of RFC 9562
  const std::string hex = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  const absl::string_view view = hex;
  return absl::StrCat(view.substr(0, 8), "-", view.substr(8, 4), "-", view.substr(12, 4), "-",
                      view.substr(16, 4), "-", view.substr(20));
}

void PutMillis(absl::Time time, Bytes& bytes) {
  constexpr int64_t kMax = (int64_t{1} << 48) - 1;
  const int64_t millis = std::clamp<int64_t>(absl::ToUnixMillis(time), 0, kMax);
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<unsigned char>(millis >> (8 * (5 - i)));
}

std::array<unsigned char, 32> Digest(absl::string_view parent, absl::string_view step) {
  std::array<unsigned char, 32> digest;
  const std::string input = absl::StrCat(parent, absl::string_view("\0", 1), step);
  if (EVP_Digest(input.data(), input.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    DieOfCrypto("SHA-256");
  }
  return digest;
}

}  // namespace

std::string NewUuid7(absl::Time now) {
  Bytes bytes;
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) DieOfCrypto("RAND_bytes");
  PutMillis(now, bytes);
  return Format(bytes, 7);
}

std::string DeriveUuid7(absl::Time time, absl::string_view parent, absl::string_view step) {
  const auto digest = Digest(parent, step);
  Bytes bytes;
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  PutMillis(time, bytes);
  return Format(bytes, 7);
}

std::string DeriveRequestId(absl::string_view parent, absl::string_view step) {
  const auto digest = Digest(parent, step);
  Bytes bytes;
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return Format(bytes, 5);
}

bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace rectify
