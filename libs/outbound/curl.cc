#include "libs/outbound/curl.h"

#include <new>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "libs/base/text.h"

namespace rectify::outbound {
namespace {

constexpr long kTimeoutMs = 10000;  // NOLINT(google-runtime-int): libcurl's type
constexpr size_t kReplyLength = 160;

}  // namespace

void HeaderList::Add(const std::string& line) {
  curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  // The longer list begins with the same element.
  if (longer != list_.get()) list_.reset(longer);
}

Curl NewTransfer() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  Curl curl(ready == CURLE_OK ? curl_easy_init() : nullptr);
  if (curl == nullptr) throw std::bad_alloc();
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, kTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, kTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
  // The environment's proxies must not see what we send, nor choose where it goes.
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));  // NOLINT
  return curl;
}

std::string ShortReply(const std::string& raw) {
  std::string line;
  for (char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    line.push_back(byte < 0x20 || byte == 0x7F ? ' ' : c);
  }
  if (!IsCleanUtf8(line)) {
    for (char& c : line) {
      if (!absl::ascii_isascii(static_cast<unsigned char>(c))) c = '?';
    }
  }
  absl::StripAsciiWhitespace(&line);
  return Ellipsize(line, kReplyLength);
}

}  // namespace rectify::outbound
