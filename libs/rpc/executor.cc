#include "libs/rpc/executor.h"

#include <utility>

namespace rectify::rpc {

Executor::Executor(int threads, int queue) : queue_(queue), idle_(threads) {
  threads_.reserve(threads);
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

Executor::~Executor() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

bool Executor::TrySchedule(std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  // A task that a free thread will take at once does not wait, so it does not count as queued.
  if (tasks_.size() >= queue_ + idle_) return false;
  tasks_.push_back(std::move(task));
  return true;
}

void Executor::Schedule(std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  tasks_.push_back(std::move(task));
}

void Executor::Work() {
  while (true) {
    std::function<void()> task;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &Executor::HasWork));
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
      --idle_;
    }
    task();
    task = nullptr;
    absl::MutexLock lock(&mutex_);
    ++idle_;
  }
}

}  // namespace rectify::rpc
