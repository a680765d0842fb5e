// A real HTTP server on loopback that keeps what it gets, and answers every request with the bytes
// that it was told.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace rectify::testing {

// "HTTP/1.1 200 OK" and what belongs to it. `headers`: whole lines.
std::string HttpReply(absl::string_view status, absl::string_view headers = "",
                      absl::string_view body = "");

struct HttpRequest {
  std::string head, body;

  // Empty when it has no such header; `name` in lower case.
  std::string Header(absl::string_view name) const;
};

class HttpReceiver {
 public:
  explicit HttpReceiver(std::string reply);
  ~HttpReceiver();
  HttpReceiver(const HttpReceiver&) = delete;
  HttpReceiver& operator=(const HttpReceiver&) = delete;

  // From the next request on.
  void AnswerWith(std::string reply);
  std::string url() const;
  std::string address_entry() const;  // for an allow-list
  std::vector<HttpRequest> requests() const;

 private:
  void Serve();
  void Handle(int fd);

  int listener_ = -1, port_ = 0;
  mutable absl::Mutex mutex_;
  std::string reply_ ABSL_GUARDED_BY(mutex_);
  std::vector<HttpRequest> requests_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace rectify::testing
