#include "services/reminder_dispatch/channels/mime.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/crypto/crypto.h"

namespace rectify::reminder::channels {
namespace {

// 75 less "=?UTF-8?B?" and "?=" leaves 63 characters of base64: 45 bytes.
constexpr size_t kWordBytes = 45;
constexpr size_t kBodyLine = 76;

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string Lines(absl::string_view base64) {
  std::string out;
  for (size_t at = 0; at < base64.size(); at += kBodyLine) {
    absl::StrAppend(&out, base64.substr(at, kBodyLine), "\r\n");
  }
  return out;
}

}  // namespace

bool IsPlainAddress(absl::string_view address) {
  if (address.empty() || address.size() > 254) return false;
  const bool plain = std::all_of(address.begin(), address.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '<' && c != '>' && c != ',' &&
           c != ';' && c != '"' && c != '\\' && c != '(' && c != ')';
  });
  const size_t at = address.find('@');
  return plain && at != absl::string_view::npos && at > 0 && at + 1 < address.size() &&
         address.find('@', at + 1) == absl::string_view::npos;
}

std::string EncodeHeader(absl::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    size_t length = std::min(text.size(), kWordBytes);
    while (length < text.size() && length > 1 && ContinuesCharacter(text[length])) --length;
    words.push_back(absl::StrCat("=?UTF-8?B?", crypto::Base64(text.substr(0, length)), "?="));
    text.remove_prefix(length);
  }
  return absl::StrJoin(words, "\r\n ");
}

std::string ToRfc5322(const Mail& mail) {
  const std::string date = absl::FormatTime("%a, %d %b %Y %H:%M:%S %z", mail.date, ChinaZone());
  return absl::StrCat(
      "Date: ", date, "\r\nFrom: <", mail.from, ">\r\nTo: ",
      absl::StrJoin(
          mail.to, ",\r\n ",
          [](std::string* out, const std::string& to) { absl::StrAppend(out, "<", to, ">"); }),
      "\r\nSubject: ", EncodeHeader(mail.subject), "\r\nMessage-ID: <", mail.message_id,
      ">\r\nX-Rectify-Delivery: ", mail.delivery,
      "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      Lines(crypto::Base64(mail.body)));
}

}  // namespace rectify::reminder::channels
