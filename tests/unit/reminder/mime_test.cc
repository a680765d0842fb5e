#include "services/reminder_dispatch/channels/mime.h"

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/text.h"
#include "libs/crypto/crypto.h"
#include "tests/unit/reminder/facts.h"

namespace rectify::reminder::channels {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(EncodeHeader, NeverCutsACharacterAndKeepsLinesShort) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "【𠮷㙍a】";
  std::string decoded;
  for (absl::string_view line : absl::StrSplit(EncodeHeader(text), "\r\n ")) {
    EXPECT_LE(line.size(), 75U);
    ASSERT_TRUE(absl::ConsumePrefix(&line, "=?UTF-8?B?") && absl::ConsumeSuffix(&line, "?="));
    const absl::StatusOr<std::string> word = crypto::FromBase64(line);
    ASSERT_TRUE(word.ok());
    EXPECT_TRUE(IsCleanUtf8(*word));
    decoded += *word;
  }
  EXPECT_EQ(decoded, text);
}

TEST(ToRfc5322, HasWhatAReaderAndAMachineNeed) {
  Mail mail;
  mail.from = "tixing@fire.example.cn";
  mail.to = {"a@example.cn", "b@example.cn"};
  mail.message_id = "0185a0b0-0000-7000-8000-000000000009@rectify";
  mail.delivery = "0185a0b0-0000-7000-8000-000000000009";
  mail.subject = "改正提醒";
  mail.body = "请抓紧改正。";
  mail.date = domain::At(2, 3);
  const std::string text = ToRfc5322(mail);
  EXPECT_THAT(text, HasSubstr("Date: Fri, 03 Feb 2023 09:00:00 +0800\r\n"));
  EXPECT_THAT(text, HasSubstr("From: <tixing@fire.example.cn>\r\n"));
  EXPECT_THAT(text, HasSubstr("To: <a@example.cn>,\r\n <b@example.cn>\r\n"));
  EXPECT_THAT(text, HasSubstr("Message-ID: <0185a0b0-0000-7000-8000-000000000009@rectify>\r\n"));
  EXPECT_THAT(text, HasSubstr("X-Rectify-Delivery: 0185a0b0-0000-7000-8000-000000000009\r\n"));
  EXPECT_THAT(text, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_THAT(text, EndsWith("\r\n\r\n" + crypto::Base64(mail.body) + "\r\n"));
}

TEST(ToRfc5322, LongBodiesKeepToTheLineLength) {
  Mail mail;
  mail.body = std::string(5000, 'x');
  for (absl::string_view line : absl::StrSplit(ToRfc5322(mail), "\r\n")) {
    EXPECT_LE(line.size(), 76U);
  }
}

TEST(IsPlainAddress, TakesAddressesAndNothingThatBreaksAHeader) {
  EXPECT_TRUE(IsPlainAddress("zhang.wei+fire@example.cn"));
  for (const char* wrong :
       {"", "zhang", "@example.cn", "zhang@", "a@b@c", "a b@example.cn", "a@example.cn\r\nBcc: x@y",
        "<a@example.cn>", "a@example.cn,b@c", "张@example.cn"}) {
    EXPECT_FALSE(IsPlainAddress(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace rectify::reminder::channels
