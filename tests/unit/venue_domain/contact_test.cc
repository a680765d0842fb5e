#include "services/venue_registry/domain/contact.h"

#include "absl/strings/str_cat.h"
#include "libs/testing/status_matchers.h"

namespace rectify::venue::domain {
namespace {

using ::rectify::testing::HasViolation;

absl::Status Check(Contact& contact, PhoneKind kind = PhoneKind::kMobile) {
  Violations violations;
  CheckContact(contact, kind, {"contact", "责任人", "responsible person"}, violations);
  return std::move(violations).Result();
}

Contact WithMobile(const std::string& mobile) { return {mobile, "", ""}; }
Contact WithWebhook(const std::string& uri) { return {"", "", uri}; }

TEST(Contact, MayBeEmpty) {
  Contact none;
  EXPECT_OK(Check(none));
}

TEST(Contact, BringsMobileNumbersIntoElevenDigits) {
  for (const char* text : {"13812341234", " 138 1234 1234 ", "138-1234-1234", "+8613812341234",
                           "１３８１２３４１２３４"}) {
    Contact contact = WithMobile(text);
    EXPECT_OK(Check(contact)) << text;
    EXPECT_EQ(contact.mobile, "13812341234") << text;
  }
}

TEST(Contact, RefusesWhatIsNoMobileNumber) {
  for (const char* text : {"1381234123", "138123412345", "12812341234", "02224391234", "96119",
                           "138****1234", "电话"}) {
    Contact contact = WithMobile(text);
    EXPECT_THAT(Check(contact), HasViolation("contact.mobile")) << text;
  }
}

TEST(Contact, OfADeskMayBeALandlineWithAreaCode) {
  for (const char* text : {"022-24391234", "02224391234", "(022)24391234", "022 2439 1234"}) {
    Contact contact = WithMobile(text);
    EXPECT_OK(Check(contact, PhoneKind::kMobileOrLandline)) << text;
    EXPECT_EQ(contact.mobile, "022-24391234") << text;
  }
  Contact four = WithMobile("03177654321");
  EXPECT_OK(Check(four, PhoneKind::kMobileOrLandline));
  EXPECT_EQ(four.mobile, "0317-7654321");
  for (const char* text : {"24391234", "022-14391234", "022-2439123", "4008001234"}) {
    Contact contact = WithMobile(text);
    const bool seven_digits = std::string(text) == "022-2439123";
    EXPECT_EQ(Check(contact, PhoneKind::kMobileOrLandline).ok(), seven_digits) << text;
  }
}

TEST(Contact, ChecksMailAddresses) {
  for (const char* text : {"zhang@example.cn", "a.b+c@mail.tj.gov.cn", " z@a-b.cn "}) {
    Contact contact{"", text, ""};
    EXPECT_OK(Check(contact)) << text;
  }
  for (const char* text : {"zhang", "zhang@", "@example.cn", "zhang@example", "z ang@example.cn",
                           "z***@example.cn", "zhang@-a.cn", "张@example.cn", "a@b@c.cn"}) {
    Contact contact{"", text, ""};
    EXPECT_THAT(Check(contact), HasViolation("contact.email")) << text;
  }
  Contact long_one{"",
                   absl::StrCat(std::string(60, 'a'), "@", std::string(60, 'b'), ".",
                                std::string(60, 'c'), ".", std::string(60, 'd'), ".cn"),
                   ""};
  EXPECT_THAT(Check(long_one), HasViolation("contact.email"));
}

TEST(Contact, TakesWebhooksOverHttpsAndPlainOnlyOnLoopback) {
  for (const char* text : {"https://hooks.example.cn/a?b=c", "https://10.1.2.3:8443/x",
                           "http://127.0.0.1:9000/hook", "http://localhost/", "http://[::1]:80/"}) {
    Contact contact = WithWebhook(text);
    EXPECT_OK(Check(contact)) << text;
  }
  for (const char* text :
       {"http://hooks.example.cn/", "http://127.0.0.1.example.cn/", "http://127.evil.cn/",
        "ftp://example.cn/", "file:///etc/passwd", "https://", "https://user:pw@example.cn/",
        "not an address", "javascript:alert(1)", "https://exa mple.cn/"}) {
    Contact contact = WithWebhook(text);
    EXPECT_THAT(Check(contact), HasViolation("contact.webhook_uri")) << text;
  }
  Contact long_one = WithWebhook("https://example.cn/" + std::string(500, 'a'));
  EXPECT_THAT(Check(long_one), HasViolation("contact.webhook_uri"));
}

TEST(Contact, TellsAllWrongFieldsAtOnce) {
  Contact contact{"1", "x", "y"};
  const absl::Status status = Check(contact);
  EXPECT_THAT(status, HasViolation("contact.mobile"));
  EXPECT_THAT(status, HasViolation("contact.email"));
  EXPECT_THAT(status, HasViolation("contact.webhook_uri"));
}

TEST(Mask, HidesTheMiddleOfANumber) {
  EXPECT_EQ(MaskPhone("13812341234"), "138****1234");
  EXPECT_EQ(MaskPhone("022-24391234"), "022-****1234");
  EXPECT_EQ(MaskPhone("0317-7654321"), "0317-****4321");
  EXPECT_EQ(MaskPhone(""), "");
}

TEST(Mask, HidesTheNamesOfPersonsAndMailboxes) {
  EXPECT_EQ(MaskEmail("zhang@example.cn"), "z***@example.cn");
  EXPECT_EQ(MaskEmail(""), "");
  EXPECT_EQ(MaskName("张三丰"), "张**");
  EXPECT_EQ(MaskName("张三"), "张**");
  EXPECT_EQ(MaskName("𠮷野家"), "𠮷**");
  EXPECT_EQ(MaskName(""), "");
}

TEST(Mask, LeavesWebhooks) {
  const Contact contact{"13812341234", "zhang@example.cn", "https://example.cn/hook"};
  EXPECT_EQ(Masked(contact),
            (Contact{"138****1234", "z***@example.cn", "https://example.cn/hook"}));
}

TEST(Mask, OfThePresentValueMeansUnchanged) {
  const Contact present{"13812341234", "zhang@example.cn", ""};
  Contact sent{"138****1234", "z***@example.cn", "https://example.cn/"};
  KeepMasked(sent, present);
  EXPECT_EQ(sent, (Contact{"13812341234", "zhang@example.cn", "https://example.cn/"}));

  Contact other{"139****1234", "y***@example.cn", ""};
  KeepMasked(other, present);
  EXPECT_EQ(other, (Contact{"139****1234", "y***@example.cn", ""}));
}

}  // namespace
}  // namespace rectify::venue::domain
