#include "libs/oidc/fetch.h"

#include <curl/curl.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/outbound/curl.h"
#include "libs/outbound/safe_url.h"

namespace rectify::oidc {
namespace {

constexpr size_t kMostAnswerBytes = 256 << 10;

size_t Read(char* buffer, size_t size, size_t count, void* context) {
  auto* body = static_cast<std::string*>(context);
  const size_t length = size * count;
  if (body->size() + length > kMostAnswerBytes) return 0;  // ends the transfer
  body->append(buffer, length);
  return length;
}

std::optional<absl::Duration> MaxAgeOf(CURL* handle) {
  curl_header* header = nullptr;
  if (curl_easy_header(handle, "Cache-Control", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
    return std::nullopt;
  }
  return MaxAgeIn(header->value);
}

}  // namespace

std::optional<absl::Duration> MaxAgeIn(absl::string_view cache_control) {
  std::optional<absl::Duration> age;
  for (absl::string_view word : absl::StrSplit(cache_control, ',')) {
    const std::string directive = absl::AsciiStrToLower(absl::StripAsciiWhitespace(word));
    if (directive == "no-store" || directive == "no-cache") return absl::ZeroDuration();
    absl::string_view value = directive;
    int64_t seconds = 0;
    if (absl::ConsumePrefix(&value, "max-age=") && absl::SimpleAtoi(value, &seconds)) {
      age = absl::Seconds(std::max<int64_t>(seconds, 0));
    }
  }
  return age;
}

absl::StatusOr<Document> Fetch(const std::string& url) {
  if (!outbound::IsSafeUrl(url)) {
    return absl::InvalidArgumentError(absl::StrCat(url, " is neither https nor on loopback"));
  }
  const outbound::Curl curl = outbound::NewTransfer();
  CURL* handle = curl.get();
  Document document;
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "rectify");
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, Read);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &document.body);
  const CURLcode code = curl_easy_perform(handle);
  if (code == CURLE_WRITE_ERROR) {
    return absl::UnavailableError(absl::StrCat(url, " has more than ", kMostAnswerBytes, " bytes"));
  }
  if (code != CURLE_OK) {
    return absl::UnavailableError(absl::StrCat(url, ": ", curl_easy_strerror(code)));
  }
  long status = 0;  // NOLINT(google-runtime-int): libcurl's type
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) return absl::UnavailableError(absl::StrCat(url, ": HTTP ", status));
  document.max_age = MaxAgeOf(handle);
  return document;
}

}  // namespace rectify::oidc
