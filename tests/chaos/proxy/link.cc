#include "tests/chaos/proxy/link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace rectify::chaos {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t kBuffer = 256 << 10;  // per direction; a stalled sender fills it and then waits
constexpr size_t kRead = 16 << 10;

// -1 when there is no way to the server.
int StartConnecting(absl::string_view upstream) {
  if (absl::ConsumePrefix(&upstream, "unix:")) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (upstream.size() >= sizeof(address.sun_path)) return -1;
    std::memcpy(address.sun_path, upstream.data(), upstream.size());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return fd;
    close(fd);
    return -1;
  }
  const size_t colon = upstream.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  int port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(upstream.substr(colon + 1), &port) ||
      inet_pton(AF_INET, std::string(upstream.substr(0, colon)).c_str(), &address.sin_addr) != 1) {
    return -1;
  }
  address.sin_port = htons(static_cast<uint16_t>(port));
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 ||
      errno == EINPROGRESS) {
    return fd;
  }
  close(fd);
  return -1;
}

void CloseWithReset(int fd) {
  const linger at_once = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close(fd);
}

}  // namespace

// ---- Link

Link::Link(Loop& loop, std::vector<std::string> upstreams, uint32_t seed)
    : loop_(loop), upstreams_(std::move(upstreams)), random_(seed) {}

Link::~Link() {
  Refuse();
  Reset();
}

absl::StatusOr<int> Link::Listen(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  socklen_t size = sizeof(address);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd, 128) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    const absl::Status status = absl::ErrnoToStatus(errno, absl::StrCat("port ", port));
    close(fd);
    return status;
  }
  listener_ = fd;
  port_ = ntohs(address.sin_port);
  loop_.Watch(fd, EPOLLIN, [this](uint32_t) { Accept(); });
  return port_;
}

void Link::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client < 0) return;
  const int yes = 1;
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  auto connection = std::make_shared<Connection>(*this, client);
  connections_[connection.get()] = connection;
  connection->ConnectToNext();
}

void Link::SetShape(Direction direction, const Shape& shape) {
  const bool loss_ends =
      shapes_[direction].kind == Shape::Kind::kDrop && shape.kind != Shape::Kind::kDrop;
  shapes_[direction] = shape;
  const auto present = connections_;
  for (const auto& [connection, owner] : present) {
    if (loss_ends) connection->EndLoss(direction);
    connection->Pump(direction);
  }
}

void Link::Refuse() {
  if (listener_ < 0) return;
  loop_.Forget(listener_);
  close(listener_);
  listener_ = -1;
}

void Link::Reset() {
  const auto present = connections_;
  for (const auto& [connection, owner] : present) connection->Reset();
}

void Link::HalfClose(Direction direction) {
  const auto present = connections_;
  for (const auto& [connection, owner] : present) connection->HalfClose(direction);
}

absl::Status Link::Heal() {
  SetShape(kUp, {});
  SetShape(kDown, {});
  return listener_ < 0 ? Listen(port_).status() : absl::OkStatus();
}

int64_t Link::Jitter(int64_t most) {
  return std::uniform_int_distribution<int64_t>(-most, most)(random_);
}

void Link::Remove(Connection* connection) { connections_.erase(connection); }

// ---- Connection

Connection::Connection(Link& link, int client) : link_(link), client_(client) {}

Connection::~Connection() = default;

void Connection::ConnectToNext() {
  while (upstreams_tried_ < link_.upstreams().size()) {
    ++upstreams_tried_;
    const size_t turn = link_.NextUpstream();
    server_ = StartConnecting(link_.upstreams()[turn % link_.upstreams().size()]);
    if (server_ < 0) continue;
    link_.loop().Watch(server_, EPOLLOUT,
                       [self = shared_from_this()](uint32_t) { self->Connected(); });
    return;
  }
  Reset();
}

void Connection::Connected() {
  int error = 0;
  socklen_t size = sizeof(error);
  getsockopt(server_, SOL_SOCKET, SO_ERROR, &error, &size);
  link_.loop().Forget(server_);
  if (error != 0) {
    close(std::exchange(server_, -1));
    ConnectToNext();
    return;
  }
  connected_ = true;
  for (const int fd : {client_, server_}) {
    link_.loop().Watch(
        fd, EPOLLIN, [self = shared_from_this(), fd](uint32_t events) { self->Ready(fd, events); });
  }
  // What was asked of it while it was connecting.
  Pump(kUp);
  Pump(kDown);
}

void Connection::Ready(int fd, uint32_t events) {
  const Direction reads = fd == client_ ? kUp : kDown, writes = fd == client_ ? kDown : kUp;
  if ((events & EPOLLERR) != 0) return Reset();
  if ((events & (EPOLLIN | EPOLLHUP)) != 0 && !flows_[reads].ended) {
    if (!Read(reads)) return Reset();
    Pump(reads);
    if (!connected_) return;
  }
  if ((events & EPOLLOUT) != 0) {
    flows_[writes].blocked = false;
    Pump(writes);
    if (!connected_) return;
  }
  // Nothing more can come, and an epoll entry would report it for ever.
  if ((events & EPOLLHUP) != 0 && flows_[reads].ended) link_.loop().Forget(fd);
}

// False when the connection is broken.
bool Connection::Read(Direction direction) {
  Flow& flow = flows_[direction];
  std::string bytes(kRead, '\0');
  const ssize_t count = recv(from(direction), bytes.data(), bytes.size(), 0);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  const Shape& shape = link_.shape(direction);
  if (count == 0) {
    flow.ended = true;
  } else if (shape.kind == Shape::Kind::kDrop) {
    flow.lossy = true;
  } else {
    bytes.resize(static_cast<size_t>(count));
    Instant due = steady_clock::now();
    if (shape.kind == Shape::Kind::kDelay) {
      due += milliseconds(std::max<int64_t>(0, shape.amount + link_.Jitter(shape.jitter)));
    }
    flow.last_due = std::max(flow.last_due, due);
    flow.queued += bytes.size();
    flow.queue.push_back({std::move(bytes), flow.last_due});
  }
  return true;
}

size_t Connection::Allowance(Direction direction) {
  Flow& flow = flows_[direction];
  const Shape& shape = link_.shape(direction);
  const Instant now = steady_clock::now();
  const Chunk& front = flow.queue.front();
  switch (shape.kind) {
    case Shape::Kind::kStall:
      return 0;
    case Shape::Kind::kDrop:
      flow.lossy = true;
      flow.queue.clear();
      flow.queued = 0;
      return 0;
    case Shape::Kind::kDelay:
      if (front.due <= now) return front.bytes.size();
      PumpLater(direction, front.due);
      return 0;
    case Shape::Kind::kThrottle:
      if (flow.free_at > now) {
        PumpLater(direction, flow.free_at);
        return 0;
      }
      return std::min(front.bytes.size(),
                      static_cast<size_t>(std::max<int64_t>(1, shape.amount / 20)));  // 50 ms worth
    case Shape::Kind::kCut:
      return std::min(front.bytes.size(), static_cast<size_t>(shape.amount));
    case Shape::Kind::kPass:
      break;
  }
  return front.bytes.size();
}

// False when nothing more can go at present.
bool Connection::Write(Direction direction, size_t most) {
  Flow& flow = flows_[direction];
  Shape& shape = link_.shape(direction);
  std::string& bytes = flow.queue.front().bytes;
  const ssize_t count = send(to(direction), bytes.data(), most, MSG_NOSIGNAL);
  if (count < 0) {
    if (errno != EAGAIN && errno != EINTR) Reset();
    flow.blocked = true;
    return false;
  }
  const auto sent = static_cast<size_t>(count);
  flow.queued -= sent;
  if (shape.kind == Shape::Kind::kCut) shape.amount -= count;
  if (shape.kind == Shape::Kind::kThrottle) {
    flow.free_at = steady_clock::now() + microseconds(count * 1'000'000 / shape.amount);
  }
  if (sent == bytes.size()) {
    flow.queue.pop_front();
  } else {
    bytes.erase(0, sent);
  }
  return true;
}

void Connection::Pump(Direction direction) {
  if (!connected_) return;
  Flow& flow = flows_[direction];
  while (!flow.queue.empty() && !flow.blocked) {
    const size_t most = Allowance(direction);
    if (most == 0) {
      if (link_.shape(direction).kind == Shape::Kind::kCut) return Reset();
      break;
    }
    if (!Write(direction, most)) break;
  }
  if (!connected_) return;
  if (flow.ended && flow.queue.empty() && !flow.shut &&
      link_.shape(direction).kind != Shape::Kind::kStall) {
    flow.shut = true;
    shutdown(to(direction), SHUT_WR);
  }
  UpdateInterest();
  CloseWhenDone();
}

void Connection::PumpLater(Direction direction, Instant when) {
  link_.loop().At(when, [weak = weak_from_this(), direction] {
    if (const auto self = weak.lock()) self->Pump(direction);
  });
}

void Connection::EndLoss(Direction direction) {
  if (flows_[direction].lossy) Reset();
}

void Connection::HalfClose(Direction direction) {
  flows_[direction].ended = true;
  Pump(direction);
}

void Connection::UpdateInterest() {
  for (const Direction reads : {kUp, kDown}) {
    const Direction writes = reads == kUp ? kDown : kUp;
    const Flow &in = flows_[reads], &out = flows_[writes];
    uint32_t events = 0;
    if (!in.ended && in.queued < kBuffer) events |= EPOLLIN;
    if (out.blocked) events |= EPOLLOUT;
    link_.loop().Change(from(reads), events);
  }
}

void Connection::CloseWhenDone() {
  if (flows_[kUp].shut && flows_[kDown].shut) Close();
}

void Connection::Close() {
  const auto self = shared_from_this();
  connected_ = false;
  for (int* fd : {&client_, &server_}) {
    if (*fd < 0) continue;
    link_.loop().Forget(*fd);
    close(std::exchange(*fd, -1));
  }
  link_.Remove(this);
}

void Connection::Reset() {
  const auto self = shared_from_this();
  for (int* fd : {&client_, &server_}) {
    if (*fd < 0) continue;
    link_.loop().Forget(*fd);
    CloseWithReset(std::exchange(*fd, -1));
  }
  Close();
}

}  // namespace rectify::chaos
