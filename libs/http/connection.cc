#include "libs/http/connection.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/http/gzip.h"

namespace rectify::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using Instant = std::chrono::steady_clock::time_point;

// After an answer that ends the connection, what the client still sends is read and dropped for a
// while: closing at once could take the answer from it.
constexpr size_t kDropBytes = 1 << 20;
constexpr absl::Duration kDropTime = absl::Seconds(2);
constexpr size_t kReadBytes = 16 << 10;

absl::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

std::string TextOf(const tcp::endpoint& endpoint) {
  return absl::StrCat(endpoint.address().to_string(), ":", endpoint.port());
}

// What the library's error means for the client; nullopt: there is nobody to answer.
std::optional<Fault> FaultOf(const error_code& error) {
  if (error == wire::error::header_limit) return Fault::kHeaderTooLarge;
  if (error == wire::error::body_limit) return Fault::kBodyTooLarge;
  if (error == wire::error::end_of_stream || error == wire::error::partial_message) {
    return std::nullopt;
  }
  const bool of_content = error.category() == wire::make_error_code(wire::error{}).category();
  return of_content ? std::optional(Fault::kMalformed) : std::nullopt;
}

template <typename Stream>
class Connection : public Endable, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  Connection(Stream stream, std::string remote, Connections& connections)
      : stream_(std::move(stream)), remote_(std::move(remote)), connections_(connections) {}

  asio::awaitable<void> Run() {
    const bool served = connections_.Enter(this);
    bool going_on = served && co_await Handshake();
    while (going_on && !connections_.ending()) going_on = co_await ServeOne();
    // Whoever comes while the server ends is told by the end of the connection.
    if (!served && !connections_.ending()) {
      co_await Write(connections_.options.refuse(Fault::kOverloaded), false, false);
    }
    co_await Close();
    connections_.Leave(this, served);
  }

  void End(bool now) override {
    asio::post(stream_.get_executor(), [self = this->shared_from_this(), now] {
      if (self->pieces_ != nullptr && (now || self->pieces_->endless())) self->CancelPieces();
      if (now || !self->busy_) beast::get_lowest_layer(self->stream_).cancel();
    });
  }

  void EndIfOverdue(Instant now) override {
    if (due_.load(std::memory_order_relaxed) > now) return;
    asio::post(stream_.get_executor(), [self = this->shared_from_this(), now] {
      if (self->due_.load(std::memory_order_relaxed) > now) return;  // it came just now
      beast::get_lowest_layer(self->stream_).cancel();
    });
  }

 private:
  using Parser = wire::request_parser<wire::string_body>;

  // For what is waited for next. What is overdue fails with operation_aborted.
  void Within(absl::Duration limit) {
    due_.store(std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(limit),
               std::memory_order_relaxed);
  }

  asio::awaitable<bool> Handshake() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      Within(connections_.options.request_timeout);
      error_code error;
      co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                       asio::redirect_error(asio::use_awaitable, error));
      co_return !error;
    }
    co_return true;
  }

  // Returns whether there may be another.
  asio::awaitable<bool> ServeOne() {
    if (!co_await FirstByte()) co_return false;
    busy_ = true;
    Parser parser;
    parser.header_limit(static_cast<uint32_t>(connections_.options.max_header_bytes));
    parser.body_limit(connections_.options.max_body_bytes);
    error_code error;
    const std::optional<Fault> fault = co_await Read(parser, error);
    if (fault) {
      co_await Write(connections_.options.refuse(*fault), false, false);
      co_return false;
    }
    if (error) co_return false;
    const bool keep = parser.get().keep_alive(), head = parser.get().method() == wire::verb::head;
    const bool chunks = parser.get().version() >= 11;
    const bool takes_gzip = AcceptsGzip(View(parser.get()[wire::field::accept_encoding]));
    Response response = Compressed(co_await Handle(ToRequest(parser.get())), takes_gzip);
    pieces_ = std::exchange(response.pieces, nullptr);
    bool going_on = false;
    if (pieces_ == nullptr) {
      going_on = co_await Write(std::move(response), keep && !connections_.ending(), head) && keep;
    } else {
      going_on = co_await WritePieces(response, keep && chunks, head, chunks);
    }
    busy_ = false;
    co_return going_on;
  }

  asio::awaitable<bool> FirstByte() {
    if (buffer_.size() > 0) co_return true;
    Within(connections_.options.idle_timeout);
    error_code error;
    const size_t read = co_await stream_.async_read_some(
        buffer_.prepare(kReadBytes), asio::redirect_error(asio::use_awaitable, error));
    buffer_.commit(read);
    co_return !error;
  }

  // A fault to answer, or an error when nobody is there any more, or neither.
  asio::awaitable<std::optional<Fault>> Read(Parser& parser, error_code& error) {
    Within(connections_.options.request_timeout);
    co_await wire::async_read_header(stream_, buffer_, parser,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return FaultOf(error);
    const auto& header = parser.get();
    if (header.find(wire::field::content_encoding) != header.end()) co_return Fault::kEncodedBody;
    if (absl::EqualsIgnoreCase(View(header[wire::field::expect]), "100-continue")) {
      wire::response<wire::empty_body> go_on(wire::status::continue_, 11);
      co_await wire::async_write(stream_, go_on, asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return std::nullopt;
    }
    co_await wire::async_read(stream_, buffer_, parser,
                              asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return FaultOf(error);
    co_return std::nullopt;
  }

  Request ToRequest(wire::request<wire::string_body>& message) const {
    Request request;
    request.method = std::string(View(message.method_string()));
    request.target = std::string(View(message.target()));
    for (const auto& field : message) {
      request.headers.Add(View(field.name_string()), View(field.value()));
    }
    request.body = std::move(message.body());
    request.remote = remote_;
    return request;
  }

  // What `begin` is given answers on a thread of its own choice; this goes on where the connection
  // runs.
  template <typename Answer, typename Begin>
  asio::awaitable<Answer> Await(Begin begin) {
    due_.store(Instant::max(), std::memory_order_relaxed);
    return asio::async_initiate<decltype(asio::use_awaitable), void(Answer)>(
        [this](auto&& waiting, Begin&& asked) {
          using Waiting = std::decay_t<decltype(waiting)>;
          auto shared = std::make_shared<Waiting>(std::forward<decltype(waiting)>(waiting));
          asked([shared, executor = stream_.get_executor()](Answer answer) {
            asio::post(executor, [shared, answer = std::move(answer)]() mutable {
              (*shared)(std::move(answer));
            });
          });
        },
        asio::use_awaitable, std::move(begin));
  }

  asio::awaitable<Response> Handle(Request request) {
    return Await<Response>([this, asked = std::move(request)](Respond respond) mutable {
      connections_.handler(std::move(asked), std::move(respond));
    });
  }

  template <typename Message>
  static void FillHeader(const Response& response, bool keep, Message& message) {
    message.version(11);
    message.result(static_cast<unsigned>(response.status));
    for (const auto& [name, value] : response.headers.entries()) message.insert(name, value);
    message.keep_alive(keep);
  }

  void CancelPieces() {
    if (!std::exchange(cancelled_, true)) pieces_->Cancel();
  }

  template <typename Buffers>
  asio::awaitable<error_code> WriteBytes(Buffers buffers) {
    Within(connections_.options.response_timeout);
    error_code error;
    co_await asio::async_write(stream_, buffers, asio::redirect_error(asio::use_awaitable, error));
    co_return error;
  }

  // Returns whether the client has got all and may ask again.
  asio::awaitable<bool> WritePieces(const Response& response, bool keep, bool head, bool chunks) {
    wire::response<wire::empty_body> message;
    FillHeader(response, keep, message);
    message.chunked(chunks);
    wire::response_serializer<wire::empty_body> serializer(message);
    Within(connections_.options.response_timeout);
    error_code error;
    co_await wire::async_write_header(stream_, serializer,
                                      asio::redirect_error(asio::use_awaitable, error));
    bool whole = head;
    while (!error && !whole) {
      const Pieces::Piece piece = co_await Await<Pieces::Piece>(
          [this](std::function<void(Pieces::Piece)> got) { pieces_->Next(std::move(got)); });
      if (!piece.ok()) break;
      whole = !piece->has_value();
      if (whole && chunks) {
        error = co_await WriteBytes(wire::make_chunk_last());
      } else if (!whole && !(*piece)->empty()) {  // an empty chunk would be the end
        // Not with a conditional expression, of which gcc 12 awaits both sides.
        const auto bytes = asio::buffer(**piece);
        if (chunks) {
          error = co_await WriteBytes(wire::make_chunk(bytes));
        } else {
          error = co_await WriteBytes(bytes);
        }
      }
    }
    CancelPieces();
    pieces_ = nullptr;
    cancelled_ = false;
    co_return whole && !error && keep;
  }

  asio::awaitable<bool> Write(Response response, bool keep, bool head) {
    wire::response<wire::string_body> message;
    FillHeader(response, keep, message);
    message.body() = std::move(response.body);
    message.content_length(message.body().size());
    Within(connections_.options.response_timeout);
    error_code error;
    if (head) {
      wire::response_serializer<wire::string_body> serializer(message);
      co_await wire::async_write_header(stream_, serializer,
                                        asio::redirect_error(asio::use_awaitable, error));
    } else {
      co_await wire::async_write(stream_, message,
                                 asio::redirect_error(asio::use_awaitable, error));
    }
    co_return !error;
  }

  asio::awaitable<void> Close() {
    error_code error;
    Within(kDropTime);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
    }
    tcp::socket& socket = beast::get_lowest_layer(stream_).socket();
    socket.shutdown(tcp::socket::shutdown_send, error);
    size_t dropped = 0;
    while (!error && dropped < kDropBytes) {
      buffer_.clear();
      dropped += co_await beast::get_lowest_layer(stream_).async_read_some(
          buffer_.prepare(kReadBytes), asio::redirect_error(asio::use_awaitable, error));
    }
    socket.close(error);
  }

  Stream stream_;
  const std::string remote_;
  Connections& connections_;
  beast::flat_buffer buffer_;
  std::atomic<Instant> due_ = Instant::max();
  // On the connection's strand: a request is here and not answered yet; with what; told to end.
  bool busy_ = false;
  std::shared_ptr<Pieces> pieces_;
  bool cancelled_ = false;
};

}  // namespace

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
  const absl::Duration shortest =
      std::min({options.idle_timeout, options.request_timeout, options.response_timeout});
  return std::clamp(shortest / 8, absl::Milliseconds(5), absl::Seconds(1));
}

void Connections::EndOverdue() {
  const Instant now = std::chrono::steady_clock::now();
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

asio::awaitable<void> Serve(tcp::socket socket, asio::ssl::context* tls, Connections& connections) {
  error_code error;
  const tcp::endpoint endpoint = socket.remote_endpoint(error);
  if (error) co_return;  // gone already
  socket.set_option(tcp::no_delay(true), error);
  if (tls != nullptr) {
    const auto connection = std::make_shared<Connection<TlsStream>>(
        TlsStream(std::move(socket), *tls), TextOf(endpoint), connections);
    co_await connection->Run();
  } else {
    const auto connection = std::make_shared<Connection<PlainStream>>(
        PlainStream(std::move(socket)), TextOf(endpoint), connections);
    co_await connection->Run();
  }
}

}  // namespace rectify::http
