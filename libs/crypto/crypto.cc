#include "libs/crypto/crypto.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/crypto/openssl.h"

namespace rectify::crypto {
namespace {

constexpr size_t kKeySize = 32;
constexpr size_t kNonceSize = 12;
constexpr size_t kTagSize = 16;
constexpr size_t kBlindIndexSize = 16;
// First byte of every encrypted value, so that another scheme can follow without guessing.
constexpr char kFormat = 1;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

// Fetched once; EVP_sha256() would search the providers on each call.
const EVP_MD* Sha256Algorithm() {
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return sha256;
}

absl::Status Damaged() {
  return absl::DataLossError("an encrypted value was changed, moved or made with another key");
}

}  // namespace

std::string Sha256(absl::string_view data) {
  std::string digest(32, '\0');
  Require(
      EVP_Digest(data.data(), data.size(), Data(digest), nullptr, Sha256Algorithm(), nullptr) == 1,
      "SHA-256");
  return digest;
}

struct Sha256Stream::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context = {EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free};
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {
  Require(EVP_DigestInit_ex(state_->context.get(), Sha256Algorithm(), nullptr) == 1, "SHA-256");
}

Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Update(absl::string_view part) {
  Require(EVP_DigestUpdate(state_->context.get(), part.data(), part.size()) == 1, "SHA-256");
}

std::string Sha256Stream::Finish() {
  std::string digest(32, '\0');
  Require(EVP_DigestFinal_ex(state_->context.get(), Data(digest), nullptr) == 1, "SHA-256");
  return digest;
}

std::string HmacSha256(absl::string_view key, absl::string_view data) {
  std::string mac(32, '\0');
  if (key.data() == nullptr) key = "";  // OpenSSL takes no null key, not even an empty one
  Require(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Data(data), data.size(),
               Data(mac), nullptr) != nullptr,
          "HMAC");
  return mac;
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  Require(RAND_bytes(Data(bytes), static_cast<int>(count)) == 1, "RAND_bytes");
  return bytes;
}

std::string Base64(absl::string_view data) { return absl::Base64Escape(data); }

absl::StatusOr<std::string> FromBase64(absl::string_view text) {
  std::string data;
  // Abseil accepts spaces and missing padding; one value must have one spelling.
  if (!absl::Base64Unescape(text, &data) || absl::Base64Escape(data) != text) {
    return absl::InvalidArgumentError("not base64");
  }
  return data;
}

bool ConstantTimeEqual(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

FieldCipher::FieldCipher(std::string key, std::string index_key)
    : key_(std::move(key)), index_key_(std::move(index_key)) {}

FieldCipher::~FieldCipher() {
  OPENSSL_cleanse(key_.data(), key_.size());
  OPENSSL_cleanse(index_key_.data(), index_key_.size());
}

absl::StatusOr<std::unique_ptr<FieldCipher>> FieldCipher::FromKeyFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, path);
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  struct stat info;
  if (fstat(fd, &info) != 0) return absl::ErrnoToStatus(errno, path);
  if ((info.st_mode & S_IRWXO) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": any user may read this key file (chmod o-rwx)"));
  }
  char text[256];
  const ssize_t size = read(fd, text, sizeof(text));
  if (size < 0) return absl::ErrnoToStatus(errno, path);
  auto keys = FromBase64(absl::StripAsciiWhitespace(absl::string_view(text, size)));
  OPENSSL_cleanse(text, sizeof(text));
  if (!keys.ok() || keys->size() != 2 * kKeySize) {
    return absl::DataLossError(absl::StrCat(path, " is not a key file: 64 bytes in base64"));
  }
  std::unique_ptr<FieldCipher> cipher(
      new FieldCipher(keys->substr(0, kKeySize), keys->substr(kKeySize)));
  OPENSSL_cleanse(keys->data(), keys->size());
  return cipher;
}

absl::Status FieldCipher::CreateKeyFile(const std::string& path) {
  // Linked into place when complete, so that a crash leaves no half key behind.
  const std::string draft = absl::StrCat(path, ".", getpid(), ".new");
  const int fd = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
  if (fd < 0) return absl::ErrnoToStatus(errno, draft);
  const auto remover = absl::MakeCleanup([&draft, fd] {
    close(fd);
    unlink(draft.c_str());
  });
  const std::string line = absl::StrCat(Base64(RandomBytes(2 * kKeySize)), "\n");
  if (write(fd, line.data(), line.size()) != static_cast<ssize_t>(line.size()) || fsync(fd) != 0) {
    return absl::ErrnoToStatus(errno, draft);
  }
  if (link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    return absl::ErrnoToStatus(errno, path);
  }
  return absl::OkStatus();
}

std::string FieldCipher::Encrypt(absl::string_view plaintext, absl::string_view context) const {
  const std::string nonce = RandomBytes(kNonceSize);
  std::string body(plaintext.size(), '\0');
  std::string tag(kTagSize, '\0');
  const CipherContext cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int length = 0;
  Require(
      cipher != nullptr &&
          EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr,
                             Data(absl::string_view(key_)), Data(absl::string_view(nonce))) == 1 &&
          EVP_EncryptUpdate(cipher.get(), nullptr, &length, Data(context),
                            static_cast<int>(context.size())) == 1 &&
          EVP_EncryptUpdate(cipher.get(), Data(body), &length, Data(plaintext),
                            static_cast<int>(plaintext.size())) == 1 &&
          EVP_EncryptFinal_ex(cipher.get(), Data(tag), &length) == 1 &&
          EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, tag.data()) == 1,
      "AES-256-GCM");
  return absl::StrCat(absl::string_view(&kFormat, 1), nonce, body, tag);
}

absl::StatusOr<std::string> FieldCipher::Decrypt(absl::string_view ciphertext,
                                                 absl::string_view context) const {
  if (ciphertext.size() < 1 + kNonceSize + kTagSize || ciphertext[0] != kFormat) return Damaged();
  const absl::string_view nonce = ciphertext.substr(1, kNonceSize);
  const absl::string_view body =
      ciphertext.substr(1 + kNonceSize, ciphertext.size() - 1 - kNonceSize - kTagSize);
  std::string tag(ciphertext.substr(ciphertext.size() - kTagSize));
  std::string plaintext(body.size(), '\0');
  const CipherContext cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int length = 0;
  Require(cipher != nullptr &&
              EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr,
                                 Data(absl::string_view(key_)), Data(nonce)) == 1 &&
              EVP_DecryptUpdate(cipher.get(), nullptr, &length, Data(context),
                                static_cast<int>(context.size())) == 1 &&
              EVP_DecryptUpdate(cipher.get(), Data(plaintext), &length, Data(body),
                                static_cast<int>(body.size())) == 1 &&
              EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data()) == 1,
          "AES-256-GCM");
  unsigned char none[kTagSize];
  if (EVP_DecryptFinal_ex(cipher.get(), none, &length) != 1) return Damaged();
  return plaintext;
}

std::string FieldCipher::BlindIndex(absl::string_view value) const {
  return HmacSha256(index_key_, value).substr(0, kBlindIndexSize);
}

}  // namespace rectify::crypto
