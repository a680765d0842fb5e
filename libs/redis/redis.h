// A blocking Redis connection (hiredis 0.14; compiles against 1). One thread at a time. Any
// transport error spends the connection: the next command connects anew. The first connection of a
// process makes it ignore SIGPIPE.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::redis {

struct Reply {
  enum class Kind { kNil, kInteger, kString, kStatus, kArray, kError };
  Kind kind = Kind::kNil;
  int64_t integer = 0;
  std::string text;  // kString, kStatus, kError
  std::vector<Reply> elements;
};

class Connection {
 public:
  // `address`: "127.0.0.1:6379" or "unix:/path". Connects at the first command.
  explicit Connection(std::string address, absl::Duration timeout = absl::Seconds(5));
  ~Connection();

  // UNAVAILABLE on a transport error. Error replies are replies (kError), not failures.
  absl::StatusOr<Reply> Command(const std::vector<std::string>& args);
  // Sends all, then reads all.
  absl::StatusOr<std::vector<Reply>> Pipeline(
      const std::vector<std::vector<std::string>>& commands);
  // EVALSHA, and EVAL after NOSCRIPT.
  absl::StatusOr<Reply> Eval(const std::string& script, const std::vector<std::string>& keys,
                             const std::vector<std::string>& args);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rectify::redis
