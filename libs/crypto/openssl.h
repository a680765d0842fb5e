// How we call OpenSSL.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"

namespace rectify::crypto {

inline const unsigned char* Data(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* Data(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

// OpenSSL fails at these only when memory or the machine does; then nothing may go on.
inline void Require(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "OpenSSL failed: %s\n", what);
  std::abort();
}

}  // namespace rectify::crypto
