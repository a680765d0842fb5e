#include "libs/testing/http_receiver.h"

#include <sys/socket.h>
#include <unistd.h>

#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/testing/loopback.h"
#include "libs/testing/process.h"

namespace rectify::testing {
namespace {

const std::string kEndOfHead = "\r\n\r\n";

HttpRequest Parse(const std::string& request) {
  const size_t end = std::min(request.size(), request.find(kEndOfHead));
  return {request.substr(0, end),
          end == request.size() ? "" : request.substr(end + kEndOfHead.size())};
}

// Whether the request has all of the body that it announced.
bool IsWhole(const std::string& text) {
  if (!absl::StrContains(text, kEndOfHead)) return false;
  const HttpRequest request = Parse(text);
  const std::string announced = request.Header("content-length");
  size_t length = 0;
  return announced.empty() ||
         (absl::SimpleAtoi(announced, &length) && request.body.size() >= length);
}

}  // namespace

std::string HttpReply(absl::string_view status, absl::string_view headers, absl::string_view body) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\n", headers,
                      "Connection: close\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

std::string HttpRequest::Header(absl::string_view name) const {
  for (const absl::string_view line : absl::StrSplit(head, "\r\n")) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits(':', 1));
    if (absl::AsciiStrToLower(parts.first) == name) {
      return std::string(absl::StripAsciiWhitespace(parts.second));
    }
  }
  return "";
}

HttpReceiver::HttpReceiver(std::string reply) : reply_(std::move(reply)) {
  std::tie(listener_, port_) = BindAny();
  if (listen(listener_, 8) != 0) Die("listen");
  thread_ = std::thread([this] { Serve(); });
}

HttpReceiver::~HttpReceiver() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void HttpReceiver::Serve() {
  while (true) {
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    Handle(fd);
    close(fd);
  }
}

void HttpReceiver::Handle(int fd) {
  std::string request;
  char buffer[4096];
  while (!IsWhole(request)) {
    const ssize_t length = recv(fd, buffer, sizeof(buffer), 0);
    if (length <= 0) break;
    request.append(buffer, static_cast<size_t>(length));
  }
  std::string reply;
  {
    absl::MutexLock lock(&mutex_);
    requests_.push_back(Parse(request));
    reply = reply_;
  }
  size_t sent = 0;
  while (sent < reply.size()) {
    const ssize_t length = send(fd, reply.data() + sent, reply.size() - sent, MSG_NOSIGNAL);
    if (length <= 0) break;
    sent += static_cast<size_t>(length);
  }
}

void HttpReceiver::AnswerWith(std::string reply) {
  absl::MutexLock lock(&mutex_);
  reply_ = std::move(reply);
}

std::vector<HttpRequest> HttpReceiver::requests() const {
  absl::MutexLock lock(&mutex_);
  return requests_;
}

std::string HttpReceiver::url() const { return absl::StrCat("http://127.0.0.1:", port_, "/"); }
std::string HttpReceiver::address_entry() const { return absl::StrCat("127.0.0.1/32:", port_); }

}  // namespace rectify::testing
