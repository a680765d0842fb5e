#include "libs/outbound/safe_url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "libs/base/network.h"

namespace rectify::outbound {
namespace {

using CurlUrl = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

// "" when the address has no such part.
std::string Part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string value(text);
  curl_free(text);
  return value;
}

bool IsLoopback(absl::string_view host) {
  if (host == "localhost") return true;  // to curl it is nothing else, whatever a name server says
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  const std::optional<std::string> address = ParseAddress(std::string(host));
  return address.has_value() && (Network::Parse("127.0.0.0/8")->Contains(*address) ||
                                 Network::Parse("::1/128")->Contains(*address));
}

// curl takes letters of any script for a host, and other programs a backslash for a slash.
bool IsPlain(const std::string& url) {
  return std::all_of(url.begin(), url.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '\\';
  });
}

}  // namespace

bool IsSafeUrl(const std::string& url) {
  const CurlUrl parsed(curl_url(), curl_url_cleanup);
  if (!IsPlain(url) || parsed == nullptr ||
      curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      !Part(parsed.get(), CURLUPART_USER).empty() ||
      !Part(parsed.get(), CURLUPART_FRAGMENT).empty()) {
    return false;
  }
  const std::string scheme = Part(parsed.get(), CURLUPART_SCHEME);
  return scheme == "https" || (scheme == "http" && IsLoopback(Part(parsed.get(), CURLUPART_HOST)));
}

}  // namespace rectify::outbound
