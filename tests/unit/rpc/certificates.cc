#include "tests/unit/rpc/certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rectify::rpc {
namespace {

using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

// A test without its certificates must not look like one that passes.
void Require(bool done) {
  if (!done) std::abort();
}

template <typename Write>
std::string PemOf(Write write) {
  const BioPtr out(BIO_new(BIO_s_mem()), BIO_free_all);
  Require(write(out.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<size_t>(size)};
}

std::string PemOf(X509* cert) {
  return PemOf([&](BIO* out) { return PEM_write_bio_X509(out, cert); });
}

void Extend(X509* cert, int extension, const std::string& value) {
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, nullptr, extension, value.c_str());
  Require(made != nullptr && X509_add_ext(cert, made, -1) == 1);
  X509_EXTENSION_free(made);
}

// Neither issued nor signed yet.
CertPtr Blank(EVP_PKEY* key, const std::string& name, absl::Time until) {
  CertPtr cert(X509_new(), X509_free);
  uint32_t serial = 0;
  Require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) == 1);
  X509_set_version(cert.get(), X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert.get()), serial);
  X509_time_adj_ex(X509_getm_notBefore(cert.get()), -7, 0, nullptr);
  X509_time_adj_ex(X509_getm_notAfter(cert.get()), 0,
                   static_cast<long>(absl::ToInt64Seconds(until - absl::Now())), nullptr);
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(cert.get()), "CN", MBSTRING_UTF8, text, -1, -1,
                             0);
  Require(X509_set_pubkey(cert.get(), key) == 1);
  return cert;
}

void Sign(X509* cert, const X509* issuer, EVP_PKEY* key) {
  Require(X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1);
  Require(X509_sign(cert, key, EVP_sha256()) > 0);
}

}  // namespace

TestAuthority::TestAuthority(std::string folder)
    : folder_(std::move(folder)),
      key_(EVP_EC_gen("P-256"), EVP_PKEY_free),
      cert_(Blank(key_.get(), "test CA", absl::Now() + absl::Hours(1))) {
  Extend(cert_.get(), NID_basic_constraints, "critical,CA:TRUE");
  Extend(cert_.get(), NID_key_usage, "critical,keyCertSign");
  Sign(cert_.get(), cert_.get(), key_.get());
}

std::string TestAuthority::Pem() const { return PemOf(cert_.get()); }

CertFiles TestAuthority::Issue(const std::string& name, const std::string& uri,
                               absl::Time until) const {
  const KeyPtr key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const CertPtr cert = Blank(key.get(), name, until);
  Extend(cert.get(), NID_subject_alt_name, absl::StrCat("IP:127.0.0.1,URI:", uri));
  Sign(cert.get(), cert_.get(), key_.get());
  const CertFiles files = {absl::StrCat(folder_, "/", name, ".pem"),
                           absl::StrCat(folder_, "/", name, ".key")};
  Replace(files.cert, PemOf(cert.get()));
  Replace(files.key, PemOf([&](BIO* out) {
            return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          }));
  return files;
}

void Replace(const std::string& file, const std::string& content) {
  const std::string fresh = file + ".new";
  Require(static_cast<bool>(std::ofstream(fresh) << content));
  std::filesystem::rename(fresh, file);
}

}  // namespace rectify::rpc
