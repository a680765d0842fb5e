#include "tests/chaos/proxy/loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace rectify::chaos {
namespace {

constexpr int kDescriptorBits = 24;

epoll_event EventFor(int fd, uint64_t id, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = (id << kDescriptorBits) | static_cast<uint64_t>(fd);
  return event;
}

}  // namespace

Loop::Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

Loop::~Loop() { close(epoll_); }

void Loop::Watch(int fd, uint32_t events, OnReady ready) {
  watched_[fd] = {++last_id_, std::make_shared<OnReady>(std::move(ready))};
  epoll_event event = EventFor(fd, last_id_, events);
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void Loop::Change(int fd, uint32_t events) {
  const auto found = watched_.find(fd);
  if (found == watched_.end()) return;
  epoll_event event = EventFor(fd, found->second.id, events);
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Loop::Forget(int fd) {
  if (watched_.erase(fd) > 0) epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

void Loop::At(Instant when, std::function<void()> task) { tasks_.emplace(when, std::move(task)); }

int Loop::Timeout() const {
  if (tasks_.empty()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(tasks_.begin()->first -
                                                                 std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 60'000));
}

void Loop::Run() {
  std::array<epoll_event, 64> events;
  while (!stopped_) {
    const int count = epoll_wait(epoll_, events.data(), events.size(), Timeout());
    for (int i = 0; i < count; ++i) {
      const int fd = static_cast<int>(events[i].data.u64 & ((1U << kDescriptorBits) - 1));
      const auto found = watched_.find(fd);
      if (found == watched_.end() || found->second.id != events[i].data.u64 >> kDescriptorBits) {
        continue;
      }
      // It may forget itself while it runs.
      const std::shared_ptr<OnReady> ready = found->second.ready;
      (*ready)(events[i].events);
    }
    const Instant now = std::chrono::steady_clock::now();
    while (!tasks_.empty() && tasks_.begin()->first <= now) {
      const std::function<void()> task = std::move(tasks_.extract(tasks_.begin()).mapped());
      task();
    }
  }
}

}  // namespace rectify::chaos
