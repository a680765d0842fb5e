#include "services/reminder_dispatch/channels/http.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace rectify::reminder::channels {
namespace {

using Kind = domain::Attempt::Kind;

constexpr size_t kMaxReply = 64 << 10;

size_t ReadReply(char* buffer, size_t size, size_t count, void* context) {
  auto* reply = static_cast<std::string*>(context);
  const size_t length = size * count;
  if (reply->size() + length > kMaxReply) return 0;  // ends the transfer
  reply->append(buffer, length);
  return length;
}

}  // namespace

bool IsSafeUrl(absl::string_view url) {
  return absl::StartsWith(url, "https://") || absl::StartsWith(url, "http://127.");
}

PostReply Post(CURL* handle, const std::string& url, const HeaderList& headers,
               const std::string& body) {
  PostReply reply;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "rectify");
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, ReadReply);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &reply.body);
  reply.code = curl_easy_perform(handle);
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply.status);
  curl_off_t seconds = 0;
  if (curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0) {
    reply.retry_after = absl::Seconds(seconds);
  }
  return reply;
}

domain::Attempt JudgeStatus(absl::string_view label, const PostReply& reply) {
  const bool cut_off = reply.code == CURLE_WRITE_ERROR && reply.status != 0;
  if (reply.code != CURLE_OK && !cut_off) {
    return {Kind::kTemporary, absl::StrCat(label, "：", curl_easy_strerror(reply.code)), {}};
  }
  domain::Attempt attempt;
  attempt.reply = ShortReply(absl::StrCat("HTTP ", reply.status, " ", reply.body));
  if (reply.status >= 200 && reply.status < 300) {
    attempt.kind = Kind::kAccepted;
  } else if (reply.status == 408 || reply.status == 429 || reply.status >= 500) {
    attempt.kind = Kind::kTemporary;
    attempt.retry_after = reply.retry_after;
  } else {
    attempt.kind = Kind::kPermanent;
  }
  return attempt;
}

}  // namespace rectify::reminder::channels
