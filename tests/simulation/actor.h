// Programs as coroutines that a scheduler resumes one at a time. A `co_await Step()` stands before
// every call that leaves the program: there others may come between, and there it may die. What it
// held in memory is then gone, as its transactions are.
#pragma once

#include <coroutine>
#include <utility>

namespace rectify::simulation {

// Thrown by a fake: the call failed, or nobody knows what became of it. It ends the program, which
// the scheduler then starts anew, as a service's loop begins its next turn.
struct Lost {};

using Step = std::suspend_always;

class Actor {
 public:
  struct promise_type {
    Actor get_return_object() {
      return Actor(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {
      try {
        throw;
      } catch (const Lost&) {
      }
    }
  };

  Actor() = default;
  Actor(Actor&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Actor& operator=(Actor&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Actor() {
    if (handle_) handle_.destroy();
  }

  bool Done() const { return !handle_ || handle_.done(); }
  void Resume() { handle_.resume(); }

 private:
  explicit Actor(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

}  // namespace rectify::simulation
