// The examples of RFC 7515, A.2 and A.3, by keys from their JWK.
#include "libs/crypto/public_key.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/crypto/base64url.h"
#include "libs/testing/status_matchers.h"

namespace rectify::crypto {
namespace {

constexpr char kClaims[] =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
    "fQ";
constexpr char kModulus[] =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4"
    "d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5re"
    "xMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxX"
    "FvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
constexpr char kRsaSignature[] =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
    "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
    "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
constexpr char kX[] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
constexpr char kY[] = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
constexpr char kP256Signature[] =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

std::string Bytes(absl::string_view text) { return *FromBase64Url(text); }

TEST(PublicKeyTest, VerifiesRs256) {
  ASSERT_OK_AND_ASSIGN(const PublicKey key, PublicKey::Rsa(Bytes(kModulus), Bytes("AQAB")));
  const std::string said = absl::StrCat("eyJhbGciOiJSUzI1NiJ9.", kClaims);
  EXPECT_TRUE(key.Verifies(said, Bytes(kRsaSignature)));
  EXPECT_FALSE(key.Verifies(said + "x", Bytes(kRsaSignature)));
  EXPECT_FALSE(key.Verifies(said, Bytes(kP256Signature)));
}

TEST(PublicKeyTest, VerifiesEs256) {
  ASSERT_OK_AND_ASSIGN(const PublicKey key, PublicKey::P256(Bytes(kX), Bytes(kY)));
  const std::string said = absl::StrCat("eyJhbGciOiJFUzI1NiJ9.", kClaims);
  EXPECT_TRUE(key.Verifies(said, Bytes(kP256Signature)));
  EXPECT_FALSE(key.Verifies(said + "x", Bytes(kP256Signature)));
  EXPECT_FALSE(key.Verifies(said, Bytes(kRsaSignature)));
}

TEST(PublicKeyTest, IsAKey) {
  const std::string n = Bytes(kModulus), e = Bytes("AQAB"), x = Bytes(kX), y = Bytes(kY);
  for (const auto& key :
       {PublicKey::Rsa("", ""), PublicKey::Rsa(n, ""), PublicKey::Rsa(n, std::string(1, '\1')),
        PublicKey::Rsa(n.substr(0, 255), e), PublicKey::Rsa(std::string(1025, '\xff'), e),
        PublicKey::Rsa(n, std::string(9, '\1')), PublicKey::P256("", ""), PublicKey::P256(x, x),
        PublicKey::P256(x.substr(1), y), PublicKey::P256(x + "x", y),
        PublicKey::P256(std::string(32, '\0'), std::string(32, '\0')),
        PublicKey::P256(std::string(32, '\xff'), y)}) {
    EXPECT_EQ(key.status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(Base64UrlTest, OneValueHasOneSpelling) {
  EXPECT_EQ(*FromBase64Url(""), "");
  EXPECT_EQ(*FromBase64Url("-_8"), "\xfb\xff");
  for (const char* text : {"+/8", "-_8=", "-_9", "-_8 ", " -_8", "-", "-_8\n", "-_8-_8."}) {
    EXPECT_FALSE(FromBase64Url(text).ok()) << text;
  }
}

}  // namespace
}  // namespace rectify::crypto
