// One thread that waits for sockets and instants.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace rectify::chaos {

using Instant = std::chrono::steady_clock::time_point;

class Loop {
 public:
  using OnReady = std::function<void(uint32_t events)>;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Calls `ready` whenever one of the epoll `events` (level-triggered), an error or a hang-up is
  // there.
  void Watch(int fd, uint32_t events, OnReady ready);
  void Change(int fd, uint32_t events);
  // To be called before the descriptor is closed. Nothing is called for it any more, also not what
  // was ready at the same moment.
  void Forget(int fd);
  void At(Instant when, std::function<void()> task);
  // Until Stop.
  void Run();
  void Stop() { stopped_ = true; }

 private:
  struct Watched {
    uint64_t id;
    std::shared_ptr<OnReady> ready;
  };
  int Timeout() const;

  const int epoll_;
  bool stopped_ = false;
  uint64_t last_id_ = 0;  // a descriptor's number is given anew at once
  std::map<int, Watched> watched_;
  std::multimap<Instant, std::function<void()>> tasks_;
};

}  // namespace rectify::chaos
