#include "libs/crypto/crypto.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace rectify::crypto {
namespace {

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

TEST(Sha256Test, MatchesFips180) {
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256Test, InPartsIsTheSameAsAtOnce) {
  Sha256Stream stream;
  stream.Update("a");
  stream.Update("");
  stream.Update("bc");
  EXPECT_EQ(stream.Finish(), Sha256("abc"));
  EXPECT_EQ(Sha256Stream().Finish(), Sha256(""));
}

TEST(HmacSha256Test, MatchesRfc4231) {
  EXPECT_EQ(Hex(HmacSha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(Hex(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(Hex(HmacSha256(std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256Test, AcceptsAnEmptyKey) {
  EXPECT_EQ(Hex(HmacSha256({}, {})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(RandomBytesTest, HasTheSizeAndDoesNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    seen.insert(RandomBytes(16));
    EXPECT_EQ(seen.rbegin()->size(), 16u);
  }
  EXPECT_EQ(seen.size(), 100u);
  EXPECT_EQ(RandomBytes(0), "");
}

TEST(Base64Test, MatchesRfc4648AndReadsBack) {
  const std::pair<const char*, const char*> kVectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"\xfb\xff\xfe", "+//+"}};
  for (const auto& [plain, encoded] : kVectors) {
    EXPECT_EQ(Base64(plain), encoded);
    EXPECT_EQ(*FromBase64(encoded), plain);
  }
}

TEST(Base64Test, HasOneSpellingPerValue) {
  for (const char* text : {"Zg", "Zg=", "Zh==", "Zg==\n", " Zg==", "-__-", "Zm9v!", "="}) {
    EXPECT_EQ(FromBase64(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ConstantTimeEqualTest, ComparesLengthAndContent) {
  EXPECT_TRUE(ConstantTimeEqual("secret", "secret"));
  EXPECT_TRUE(ConstantTimeEqual("", {}));
  EXPECT_FALSE(ConstantTimeEqual("secret", "secreT"));
  EXPECT_FALSE(ConstantTimeEqual("secret", "secret "));
}

class FieldCipherTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + "/field_key." + std::to_string(getpid());
    unlink(path_.c_str());
  }
  void TearDown() override { unlink(path_.c_str()); }

  std::unique_ptr<FieldCipher> Load() {
    EXPECT_OK(FieldCipher::CreateKeyFile(path_));
    auto cipher = FieldCipher::FromKeyFile(path_);
    EXPECT_OK(cipher);
    return *std::move(cipher);
  }

  std::string path_;
};

constexpr char kContext[] = "contacts/phone/42";

TEST_F(FieldCipherTest, ReadsBackWhatItEncrypted) {
  auto cipher = Load();
  for (const std::string& plain :
       {std::string(), std::string("13800138000"), std::string("\xe6\x95\xb4\0\xff", 5),
        std::string(100'000, 'x')}) {
    const std::string hidden = cipher->Encrypt(plain, kContext);
    ASSERT_OK_AND_ASSIGN(const std::string shown, cipher->Decrypt(hidden, kContext));
    EXPECT_EQ(shown, plain);
    if (!plain.empty()) {
      EXPECT_EQ(hidden.find(plain), std::string::npos);
    }
  }
  EXPECT_EQ(*cipher->Decrypt(cipher->Encrypt("x", {}), {}), "x");
}

TEST_F(FieldCipherTest, NeverWritesOneValueTheSameWayTwice) {
  auto cipher = Load();
  EXPECT_NE(cipher->Encrypt("13800138000", kContext), cipher->Encrypt("13800138000", kContext));
}

TEST_F(FieldCipherTest, RefusesAChangeOfAnyByte) {
  auto cipher = Load();
  const std::string hidden = cipher->Encrypt("13800138000", kContext);
  for (size_t i = 0; i < hidden.size(); ++i) {
    std::string changed = hidden;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(cipher->Decrypt(changed, kContext).status().code(), absl::StatusCode::kDataLoss) << i;
  }
  for (size_t size = 0; size < hidden.size(); ++size) {
    EXPECT_EQ(cipher->Decrypt(hidden.substr(0, size), kContext).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
}

TEST_F(FieldCipherTest, RefusesAValueMovedToAnotherRow) {
  auto cipher = Load();
  const std::string hidden = cipher->Encrypt("13800138000", kContext);
  EXPECT_EQ(cipher->Decrypt(hidden, "contacts/phone/43").status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(FieldCipherTest, RefusesAValueOfAnotherKey) {
  auto first = Load();
  unlink(path_.c_str());
  auto second = Load();
  EXPECT_EQ(second->Decrypt(first->Encrypt("x", kContext), kContext).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_NE(first->BlindIndex("x"), second->BlindIndex("x"));
}

TEST_F(FieldCipherTest, BlindIndexFindsEqualValues) {
  auto cipher = Load();
  ASSERT_OK_AND_ASSIGN(auto again, FieldCipher::FromKeyFile(path_));
  EXPECT_EQ(cipher->BlindIndex("13800138000").size(), 16u);
  EXPECT_EQ(cipher->BlindIndex("13800138000"), again->BlindIndex("13800138000"));
  EXPECT_NE(cipher->BlindIndex("13800138000"), cipher->BlindIndex("13800138001"));
}

TEST_F(FieldCipherTest, KeyFileIsForItsOwnerOnlyAndNeverReplaced) {
  ASSERT_OK(FieldCipher::CreateKeyFile(path_));
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, mode_t{0400});
  EXPECT_EQ(info.st_nlink, 1u);
  const std::string hidden = Load()->Encrypt("x", kContext);
  ASSERT_OK(FieldCipher::CreateKeyFile(path_));
  EXPECT_EQ(*Load()->Decrypt(hidden, kContext), "x");
}

TEST_F(FieldCipherTest, RefusesKeyFilesThatAreMissingOpenToAllOrMalformed) {
  EXPECT_EQ(FieldCipher::FromKeyFile(path_).status().code(), absl::StatusCode::kNotFound);
  ASSERT_OK(FieldCipher::CreateKeyFile(path_));
  ASSERT_EQ(chmod(path_.c_str(), 0444), 0);
  EXPECT_EQ(FieldCipher::FromKeyFile(path_).status().code(), absl::StatusCode::kFailedPrecondition);
  for (const std::string& text : {std::string(), std::string("nonsense"), Base64(RandomBytes(63)),
                                  Base64(RandomBytes(65)), std::string(300, 'A')}) {
    unlink(path_.c_str());
    std::ofstream(path_) << text;
    ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
    EXPECT_EQ(FieldCipher::FromKeyFile(path_).status().code(), absl::StatusCode::kDataLoss) << text;
  }
}

}  // namespace
}  // namespace rectify::crypto
