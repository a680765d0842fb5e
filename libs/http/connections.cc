#include "libs/http/connections.h"

#include <algorithm>

namespace rectify::http {

bool Connections::Enter(Endable* connection) {
  absl::MutexLock lock(&mutex_);
  open_.insert(connection);
  if (ending_ || served_ >= options.max_connections) return false;
  ++served_;
  return true;
}

void Connections::Leave(Endable* connection, bool served) {
  absl::MutexLock lock(&mutex_);
  open_.erase(connection);
  if (served) --served_;
}

absl::Duration Connections::OverdueLook() const {
  const absl::Duration shortest = std::min({options.idle_timeout, options.request_timeout,
                                            options.response_timeout, options.piece_timeout});
  return std::clamp(shortest / 8, absl::Milliseconds(5), absl::Seconds(1));
}

void Connections::EndOverdue() {
  const auto now = std::chrono::steady_clock::now();
  absl::MutexLock lock(&mutex_);
  for (Endable* connection : open_) connection->EndIfOverdue(now);
}

void Connections::EndAll(bool now) {
  absl::MutexLock lock(&mutex_);
  ending_ = true;
  for (Endable* connection : open_) connection->End(now);
}

bool Connections::ending() const {
  absl::MutexLock lock(&mutex_);
  return ending_;
}

bool Connections::AwaitNone(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  const auto none = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return open_.empty(); };
  return mutex_.AwaitWithTimeout(absl::Condition(&none), timeout);
}

}  // namespace rectify::http
