#include "libs/rpc/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace rectify::rpc {
namespace {

using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using CertPtr = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

absl::StatusOr<BioPtr> Open(const std::string& file) {
  BioPtr bio(BIO_new_file(file.c_str(), "r"), BIO_free_all);
  if (bio != nullptr) return bio;
  ERR_clear_error();
  return absl::FailedPreconditionError(absl::StrCat("can't read ", file));
}

absl::StatusOr<CertPtr> FirstCertificate(const std::string& file) {
  ASSIGN_OR_RETURN(const BioPtr bio, Open(file));
  CertPtr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  if (certificate != nullptr) return certificate;
  ERR_clear_error();
  return absl::FailedPreconditionError(absl::StrCat(file, " has no certificate in PEM"));
}

}  // namespace

absl::Status CheckKeyOf(const std::string& cert_file, const std::string& key_file) {
  ASSIGN_OR_RETURN(const CertPtr certificate, FirstCertificate(cert_file));
  ASSIGN_OR_RETURN(const BioPtr bio, Open(key_file));
  // An empty pass phrase: an encrypted file must fail, not ask at the terminal.
  char no_pass_phrase[] = "";
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, no_pass_phrase),
                   EVP_PKEY_free);
  const bool fits = key != nullptr && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (key == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(key_file, " has no private key in PEM"));
  }
  if (fits) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(key_file, " is not the key of the certificate ", cert_file));
}

absl::Status CheckCertificates(const std::string& file) { return FirstCertificate(file).status(); }

}  // namespace rectify::rpc
