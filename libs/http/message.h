// A request and its answer, without the library that reads them from the wire.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace rectify::http {

// In the order of the wire; names compare without case.
class Headers {
 public:
  using Entry = std::pair<std::string, std::string>;

  // Control characters are left out: no value ends its line.
  void Add(absl::string_view name, absl::string_view value);
  // Instead of what is there under this name.
  void Set(absl::string_view name, absl::string_view value);
  // The first value, "" when there is none.
  absl::string_view Get(absl::string_view name) const;
  bool Has(absl::string_view name) const;
  int Count(absl::string_view name) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

struct Request {
  std::string method;  // as sent: "GET"
  std::string target;  // path and query as sent: "/v1/venues?page_size=2"
  Headers headers;
  std::string body;    // whole, within the server's limit
  std::string remote;  // "127.0.0.1:40022"
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

// Called exactly once, on any thread.
using Respond = std::function<void(Response)>;
// Must not block: it answers now, or later through `respond`.
using Handler = std::function<void(Request request, Respond respond)>;

}  // namespace rectify::http
