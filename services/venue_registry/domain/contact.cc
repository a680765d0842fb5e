#include "services/venue_registry/domain/contact.h"

#include <curl/urlapi.h>

#include <memory>
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "libs/base/text.h"

namespace rectify::venue::domain {
namespace {

constexpr size_t kMaxWebhook = 500;
constexpr size_t kVisibleDigits = 4;
constexpr absl::string_view kStars = "****";

Label Part(const Label& label, absl::string_view field, absl::string_view zh,
           absl::string_view en) {
  return {absl::StrCat(label.field, label.field.empty() ? "" : ".", field),
          absl::StrCat(label.zh, zh), absl::StrCat(label.en, label.en.empty() ? "" : " ", en)};
}

bool IsMobile(const std::string& phone) {
  static const std::regex& form = *new std::regex("1[3-9][0-9]{9}");
  return std::regex_match(phone, form);
}

// Area codes: 010, 02x, and four digits elsewhere.
bool SplitLandline(const std::string& phone, std::string& area, std::string& number) {
  static const std::regex& form =
      *new std::regex("(010|02[0-9]|0[3-9][0-9]{2})-?([2-9][0-9]{6,7})");
  std::smatch match;
  if (!std::regex_match(phone, match, form)) return false;
  area = match[1];
  number = match[2];
  return true;
}

void CheckPhone(std::string& phone, PhoneKind kind, const Label& label, Violations& violations) {
  std::string digits =
      absl::StrReplaceAll(NormalizeText(phone), {{" ", ""}, {"-", ""}, {"(", ""}, {")", ""}});
  if (absl::StartsWith(digits, "+86")) digits = digits.substr(3);
  if (digits.empty() || IsMobile(digits)) {
    phone = digits;
    return;
  }
  std::string area, number;
  if (kind == PhoneKind::kMobileOrLandline && SplitLandline(digits, area, number)) {
    phone = absl::StrCat(area, "-", number);
    return;
  }
  if (kind == PhoneKind::kMobileOrLandline) {
    violations.Add(label, "应为11位手机号或带区号的固定电话",
                   "must be a mobile number of 11 digits or a landline with area code");
  } else {
    violations.Add(label, "应为1开头的11位手机号", "must be a mobile number of 11 digits");
  }
}

void CheckEmail(std::string& email, const Label& label, Violations& violations) {
  static const std::regex& form = *new std::regex(
      "[A-Za-z0-9._%+'-]{1,64}@"
      "([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,24}");
  email = NormalizeText(email);
  // The length first: the expression's cost grows with it.
  if (email.empty()) return;
  if (email.size() > kMaxText || !std::regex_match(email, form)) {
    violations.Add(label, "不是有效的邮箱地址", "is not a mail address");
  }
}

bool IsLoopback(const std::string& host) {
  static const std::regex& form = *new std::regex("127(\\.[0-9]{1,3}){3}");
  return host == "localhost" || host == "[::1]" || std::regex_match(host, form);
}

std::string UrlPart(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string result = text;
  curl_free(text);
  return result;
}

void CheckWebhook(std::string& uri, const Label& label, Violations& violations) {
  CheckText(uri, label, false, kMaxWebhook, violations);
  if (uri.empty()) return;
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
  const bool readable = curl_url_set(url.get(), CURLUPART_URL, uri.c_str(), 0) == CURLUE_OK;
  const std::string scheme = UrlPart(url.get(), CURLUPART_SCHEME);
  const std::string host = UrlPart(url.get(), CURLUPART_HOST);
  const bool named_user = !UrlPart(url.get(), CURLUPART_USER).empty();
  const bool secure = scheme == "https" || (scheme == "http" && IsLoopback(host));
  if (!readable || host.empty() || named_user || !secure || uri.find('*') != std::string::npos) {
    violations.Add(label, "应为https地址（本机可用http）",
                   "must be an https address (http only on loopback)");
  }
}

void KeepOne(std::string& sent, const std::string& present, const std::string& mask) {
  if (!present.empty() && sent == mask) sent = present;
}

}  // namespace

void CheckContact(Contact& contact, PhoneKind kind, const Label& label, Violations& violations) {
  if (!IsCleanUtf8(contact.mobile) || !IsCleanUtf8(contact.email)) {
    violations.Add(label, "联系方式不是有效的UTF-8文本", "contact is not valid UTF-8 text");
    return;
  }
  CheckPhone(contact.mobile, kind, Part(label, "mobile", "手机", "mobile"), violations);
  CheckEmail(contact.email, Part(label, "email", "邮箱", "email"), violations);
  CheckWebhook(contact.webhook_uri, Part(label, "webhook_uri", "回调地址", "webhook_uri"),
               violations);
}

std::string MaskPhone(absl::string_view phone) {
  if (phone.size() < kVisibleDigits) return std::string(phone);
  const absl::string_view last = phone.substr(phone.size() - kVisibleDigits);
  const size_t dash = phone.find('-');
  const absl::string_view first =
      dash == absl::string_view::npos ? phone.substr(0, 3) : phone.substr(0, dash + 1);
  return absl::StrCat(first, kStars, last);
}

std::string MaskEmail(absl::string_view email) {
  const size_t at = email.find('@');
  if (at == absl::string_view::npos) return std::string(email);
  return absl::StrCat(email.substr(0, 1), "***", email.substr(at));
}

std::string MaskName(absl::string_view name) {
  if (name.empty()) return "";
  size_t bytes = 1;
  while (bytes < name.size() && (static_cast<unsigned char>(name[bytes]) & 0xC0) == 0x80) ++bytes;
  return absl::StrCat(name.substr(0, bytes), "**");
}

Contact Masked(const Contact& contact) {
  return {MaskPhone(contact.mobile), MaskEmail(contact.email), contact.webhook_uri};
}

bool IsMask(absl::string_view value) { return value.find('*') != absl::string_view::npos; }

void KeepMasked(Contact& sent, const Contact& present) {
  KeepOne(sent.mobile, present.mobile, MaskPhone(present.mobile));
  KeepOne(sent.email, present.email, MaskEmail(present.email));
}

}  // namespace rectify::venue::domain
