// Between a handler, on any thread, and the connection that reads a body for it: the connection
// does what the handler wants next, one after another.
#pragma once

#include <functional>
#include <optional>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "libs/http/message.h"

namespace rectify::http {

// Thread-safe.
class BodySource : public BodyPieces {
 public:
  using Got = std::function<void(Piece)>;
  // The next piece, or that was it: an answer.
  using Wish = std::variant<Got, Response>;

  void Next(Got got) override;
  void WhenGivenUp(std::function<void()> given_up) override;
  void Answer(Response response);

  // For the connection: calls `heard` once with the next wish, now or later, on any thread.
  void Listen(std::function<void(Wish)> heard);
  // While the connection reads, an answer that comes early calls `interrupt`, which must only post.
  // False when the answer is there already.
  bool BeginReading(std::function<void()> interrupt);
  // After it `interrupt` is not called any more.
  void EndReading();
  void GiveUp();

 private:
  absl::Mutex mutex_;
  std::function<void(Wish)> heard_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> interrupt_ ABSL_GUARDED_BY(mutex_);
  Got asked_ ABSL_GUARDED_BY(mutex_);  // before anybody listened
  std::optional<Response> answer_ ABSL_GUARDED_BY(mutex_);
  bool answered_ ABSL_GUARDED_BY(mutex_) = false;
  std::function<void()> when_given_up_ ABSL_GUARDED_BY(mutex_);
  bool given_up_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rectify::http
