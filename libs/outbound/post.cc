#include "libs/outbound/post.h"

namespace rectify::outbound {
namespace {

constexpr size_t kMaxReply = 64 << 10;

size_t ReadReply(char* buffer, size_t size, size_t count, void* context) {
  auto* reply = static_cast<std::string*>(context);
  const size_t length = size * count;
  if (reply->size() + length > kMaxReply) return 0;  // ends the transfer
  reply->append(buffer, length);
  return length;
}

}  // namespace

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

}  // namespace rectify::outbound
