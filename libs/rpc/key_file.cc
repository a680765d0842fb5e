#include "libs/rpc/key_file.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/token.h"

namespace rectify::rpc {
namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

constexpr size_t kMaxFile = 65536;
constexpr mode_t kOwnerReads = 0400, kAllRead = 0444;

bool IsP256(const EVP_PKEY* key) {
  char group[32] = {};
  return key != nullptr && EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, group, sizeof(group), nullptr) == 1 &&
         std::strcmp(group, SN_X9_62_prime256v1) == 0;
}

absl::StatusOr<std::string> ReadKey(const std::string& path,
                                    EVP_PKEY* (*parse)(BIO*, EVP_PKEY**, pem_password_cb*, void*)) {
  ASSIGN_OR_RETURN(std::string pem, ReadSmallFile(path));
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
  // An empty pass phrase: an encrypted file must fail, not ask at the terminal.
  char no_pass_phrase[] = "";
  const KeyPtr key(parse(bio.get(), nullptr, nullptr, no_pass_phrase), EVP_PKEY_free);
  if (!IsP256(key.get())) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is not a P-256 key in PEM"));
  }
  return pem;
}

// Creates the file; one that exists is never overwritten.
absl::Status WriteNew(const std::string& path, BIO* content, mode_t mode) {
  char* data = nullptr;
  const auto size = static_cast<size_t>(BIO_get_mem_data(content, &data));
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return absl::ErrnoToStatus(errno, path);
  const bool written = write(file, data, size) == static_cast<ssize_t>(size) && fsync(file) == 0;
  const int error = errno;
  close(file);
  if (written) return absl::OkStatus();
  unlink(path.c_str());
  return absl::ErrnoToStatus(error, path);
}

absl::StatusOr<KeyPtr> PrivateKeyAt(const std::string& path) {
  ASSIGN_OR_RETURN(std::string pem, ReadPrivateKey(path));
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
  return KeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
}

bool IsPlainId(absl::string_view id) {
  return !id.empty() && id.find_first_of("/.") == id.npos &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) { return absl::ascii_isgraph(c); });
}

}  // namespace

absl::StatusOr<std::string> ReadSmallFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("can't read ", path));
  std::string text(kMaxFile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kMaxFile) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is too large"));
  }
  return text;
}

absl::StatusOr<std::string> ReadPrivateKey(const std::string& path) {
  return ReadKey(path, PEM_read_bio_PrivateKey);
}

absl::StatusOr<std::string> ReadPublicKey(const std::string& path) {
  return ReadKey(path, PEM_read_bio_PUBKEY);
}

absl::Status CreateKeyPair(const std::string& folder, absl::string_view id) {
  if (!IsPlainId(id)) {
    return absl::InvalidArgumentError(absl::StrCat("not a key id: ", id));
  }
  const std::filesystem::path root(folder);
  const std::string file = absl::StrCat(id, ".pem");
  std::error_code error;
  std::filesystem::create_directories(root / "public", error);
  if (std::filesystem::create_directories(root / "private", error)) {
    std::filesystem::permissions(root / "private", std::filesystem::perms::owner_all, error);
  }
  if (error) return absl::InternalError(absl::StrCat(folder, ": ", error.message()));

  const std::string private_path = (root / "private" / file).string();
  const std::string public_path = (root / "public" / file).string();
  if (!std::filesystem::exists(private_path)) {
    const KeyPtr key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const BioPtr out(BIO_new(BIO_s_secmem()), BIO_free_all);
    if (key == nullptr || PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0,
                                                   nullptr, nullptr) != 1) {
      return absl::InternalError("OpenSSL could not make a P-256 key");
    }
    RETURN_IF_ERROR(WriteNew(private_path, out.get(), kOwnerReads));
  }
  if (std::filesystem::exists(public_path)) return absl::OkStatus();
  ASSIGN_OR_RETURN(KeyPtr key, PrivateKeyAt(private_path));
  const BioPtr out(BIO_new(BIO_s_mem()), BIO_free_all);
  if (PEM_write_bio_PUBKEY(out.get(), key.get()) != 1) {
    return absl::InternalError("OpenSSL could not write the public key");
  }
  return WriteNew(public_path, out.get(), kAllRead);
}

}  // namespace rectify::rpc
