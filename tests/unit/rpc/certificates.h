// Certificates of a private CA, made by the test that uses them.
#pragma once

#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace rectify::rpc {

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using CertPtr = std::unique_ptr<X509, decltype(&X509_free)>;

// PEM files.
struct CertFiles {
  std::string cert, key;
};

class TestAuthority {
 public:
  explicit TestAuthority(std::string folder);

  // PEM of the CA's own certificate.
  std::string Pem() const;
  // The folder's NAME.pem and NAME.key, anew: for 127.0.0.1 and `uri`.
  CertFiles Issue(const std::string& name, const std::string& uri,
                  absl::Time until = absl::Now() + absl::Hours(1)) const;

 private:
  std::string folder_;
  KeyPtr key_;
  CertPtr cert_;
};

// The content of the file, exchanged in one step.
void Replace(const std::string& file, const std::string& content);

}  // namespace rectify::rpc
