#include "libs/http/body_source.h"

#include <utility>

namespace rectify::http {
namespace {

absl::Status Answered() { return absl::CancelledError("the request has been answered"); }

}  // namespace

void BodySource::Next(Got got) {
  std::function<void(Wish)> heard;
  {
    absl::MutexLock lock(&mutex_);
    if (!answered_) {
      heard = std::exchange(heard_, nullptr);
      if (heard == nullptr) asked_ = std::exchange(got, nullptr);
    }
  }
  if (heard != nullptr) return heard(std::move(got));
  if (got != nullptr) got(Answered());
}

void BodySource::Answer(Response response) {
  std::function<void(Wish)> heard;
  {
    absl::MutexLock lock(&mutex_);
    answered_ = true;
    heard = std::exchange(heard_, nullptr);
    if (heard == nullptr) {
      answer_ = std::move(response);
      if (interrupt_ != nullptr) interrupt_();
      return;
    }
  }
  heard(std::move(response));
}

void BodySource::Listen(std::function<void(Wish)> heard) {
  Got asked;
  std::optional<Response> answer;
  {
    absl::MutexLock lock(&mutex_);
    asked = std::exchange(asked_, nullptr);
    answer = std::exchange(answer_, std::nullopt);
    if (asked == nullptr && !answer.has_value()) heard_ = std::exchange(heard, nullptr);
  }
  if (answer.has_value()) {
    if (asked != nullptr) asked(Answered());
    heard(*std::move(answer));
  } else if (asked != nullptr) {
    heard(std::move(asked));
  }
}

bool BodySource::BeginReading(std::function<void()> interrupt) {
  absl::MutexLock lock(&mutex_);
  if (!answered_) interrupt_ = std::move(interrupt);
  return !answered_;
}

void BodySource::EndReading() {
  absl::MutexLock lock(&mutex_);
  interrupt_ = nullptr;
}

void BodySource::WhenGivenUp(std::function<void()> given_up) {
  {
    absl::MutexLock lock(&mutex_);
    if (!given_up_) {
      when_given_up_ = std::move(given_up);
      return;
    }
  }
  given_up();
}

void BodySource::GiveUp() {
  std::function<void()> given_up;
  {
    absl::MutexLock lock(&mutex_);
    given_up_ = true;
    given_up = std::exchange(when_given_up_, nullptr);
  }
  if (given_up != nullptr) given_up();
}

}  // namespace rectify::http
