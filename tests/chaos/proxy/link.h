// One hop of the network: a port on loopback behind which one of several servers answers, and what
// is wrong with the way there and back.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/chaos/proxy/loop.h"

namespace rectify::chaos {

// What happens to the bytes of one direction.
struct Shape {
  enum class Kind {
    kPass,
    kDelay,     // each read waits `amount` ± `jitter` ms; the order is kept
    kStall,     // bytes wait until the shape changes
    kDrop,      // bytes vanish; a connection that lost some is reset when the shape changes
    kThrottle,  // `amount` bytes a second
    kCut,       // `amount` bytes more pass, then every connection that sends is reset
  };
  Kind kind = Kind::kPass;
  int64_t amount = 0;
  int64_t jitter = 0;
};

enum Direction { kUp = 0, kDown = 1 };  // from the client to the server, and back

class Connection;

class Link {
 public:
  // `upstreams`: HOST:PORT (numeric) or unix:PATH. New connections take them in turn; one that
  // refuses is passed over.
  Link(Loop& loop, std::vector<std::string> upstreams, uint32_t seed);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // On 127.0.0.1; 0 takes a free port. Returns the port.
  absl::StatusOr<int> Listen(int port);
  void SetShape(Direction direction, const Shape& shape);
  // New connections are refused until Heal; the present ones stay.
  void Refuse();
  // Resets all connections (RST).
  void Reset();
  // Ends the direction of every connection as its sender would by a shutdown.
  void HalfClose(Direction direction);
  absl::Status Heal();

  // Of the connections.
  Loop& loop() { return loop_; }
  const std::vector<std::string>& upstreams() const { return upstreams_; }
  size_t NextUpstream() { return next_upstream_++; }
  Shape& shape(Direction direction) { return shapes_[direction]; }
  int64_t Jitter(int64_t most);
  void Remove(Connection* connection);
  size_t connections() const { return connections_.size(); }

 private:
  void Accept();

  Loop& loop_;
  const std::vector<std::string> upstreams_;
  size_t next_upstream_ = 0;
  int listener_ = -1;
  int port_ = 0;
  std::array<Shape, 2> shapes_;
  std::minstd_rand random_;
  std::map<Connection*, std::shared_ptr<Connection>> connections_;
};

// One client and one server. Deletes itself through its link.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Link& link, int client);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void ConnectToNext();
  // Delivers what may go by now.
  void Pump(Direction direction);
  // The shape of the direction has changed from one that loses bytes.
  void EndLoss(Direction direction);
  void HalfClose(Direction direction);
  void Reset();

 private:
  struct Chunk {
    std::string bytes;
    Instant due;
  };
  struct Flow {
    std::deque<Chunk> queue;
    size_t queued = 0;
    Instant last_due, free_at;  // order under jitter; pace under throttling
    bool ended = false;         // the sender has no more
    bool shut = false;          // and the receiver was told
    bool lossy = false;
    bool blocked = false;  // the receiver's socket is full
  };

  int from(Direction direction) const { return direction == kUp ? client_ : server_; }
  int to(Direction direction) const { return direction == kUp ? server_ : client_; }
  void Connected();
  void Ready(int fd, uint32_t events);
  bool Read(Direction direction);
  // How many bytes of the front may go now; schedules the next look when none may.
  size_t Allowance(Direction direction);
  bool Write(Direction direction, size_t most);
  void PumpLater(Direction direction, Instant when);
  void UpdateInterest();
  void CloseWhenDone();
  void Close();

  Link& link_;
  int client_, server_ = -1;
  size_t upstreams_tried_ = 0;
  bool connected_ = false;
  std::array<Flow, 2> flows_;
};

}  // namespace rectify::chaos
