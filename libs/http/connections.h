// All connections of a server.
#pragma once

#include <chrono>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/http/message.h"
#include "libs/http/server.h"

namespace rectify::http {

// Of a connection, for who ends the server. Called on any thread.
class Endable {
 public:
  virtual ~Endable() = default;
  // No further request; one that waits for its answer gets it. `now`: without it.
  virtual void End(bool now) = 0;
  // Ends what the client should have done before `now`.
  virtual void EndIfOverdue(std::chrono::steady_clock::time_point now) = 0;
};

// What all connections of a server share.
class Connections {
 public:
  Connections(const ServerOptions& options, const Handler& handler)
      : options(options), handler(handler) {}

  // False when there are too many; it is to be refused and has to leave all the same.
  bool Enter(Endable* connection);
  void Leave(Endable* connection, bool served);
  void EndAll(bool now);
  // One look at all of them instead of a timer for each wait of each of them, which would have to
  // be set and stopped four times a request.
  void EndOverdue();
  absl::Duration OverdueLook() const;
  // From before the first of them is told.
  bool ending() const;
  // False when some are left after `timeout`.
  bool AwaitNone(absl::Duration timeout);

  const ServerOptions& options;
  const Handler& handler;

 private:
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<Endable*> open_ ABSL_GUARDED_BY(mutex_);
  int served_ ABSL_GUARDED_BY(mutex_) = 0;  // of them
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rectify::http
