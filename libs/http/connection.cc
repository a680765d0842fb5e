#include "libs/http/connection.h"

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/http/await.h"
#include "libs/http/body_source.h"
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
// while: closing at once could take the answer from it. Many clients look for the answer only when
// they have sent all, so of a body in pieces more is dropped.
struct Drop {
  size_t bytes;
  absl::Duration time;
};
constexpr Drop kDrop = {1 << 20, absl::Seconds(2)};
constexpr Drop kDropPieces = {64 << 20, absl::Seconds(10)};
constexpr size_t kReadBytes = 16 << 10;

absl::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

std::string TextOf(const tcp::endpoint& endpoint) {
  return absl::StrCat(endpoint.address().to_string(), ":", endpoint.port());
}

// What the library's error means for the client; nullopt: there is nobody to answer.
std::optional<Fault> FaultIn(const error_code& error) {
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
    if (!served && !connections_.ending()) co_await Refuse(Fault::kOverloaded);
    co_await Close();
    connections_.Leave(this, served);
  }

  void End(bool now) override {
    asio::post(stream_.get_executor(), [self = this->shared_from_this(), now] {
      if (now) self->ended_ = true;
      if (now && self->source_ != nullptr) self->source_->GiveUp();
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
  using PiecesParser = wire::request_parser<wire::buffer_body>;

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
    error_code error;
    std::optional<Fault> fault = co_await ReadHeader(parser, error);
    if (fault) co_return co_await Refuse(*fault);
    if (error) co_return false;
    Request request = ToRequest(parser.get());
    const uint64_t in_pieces = MostInPieces(request);
    fault = LimitBody(parser, in_pieces);
    if (!fault && in_pieces == 0) fault = co_await ReadBody(parser, error);
    if (fault) co_return co_await Refuse(*fault);
    if (error) co_return false;
    const bool head = parser.get().method() == wire::verb::head;
    const bool chunks = parser.get().version() >= 11;
    const bool takes_gzip = AcceptsGzip(View(parser.get()[wire::field::accept_encoding]));
    bool keep = parser.get().keep_alive();
    Response response;
    if (in_pieces > 0) {
      PiecesParser pieces(std::move(parser));
      response = co_await HandleInPieces(std::move(request), pieces);
      if (!pieces.is_done()) drop_ = kDropPieces;
      keep = keep && pieces.is_done();
    } else {
      request.body = std::move(parser.get().body());
      response = co_await Handle(std::move(request));
    }
    const bool going_on =
        co_await Answer(Compressed(std::move(response), takes_gzip), keep, head, chunks);
    busy_ = false;
    co_return going_on;
  }

  asio::awaitable<bool> Refuse(Fault fault) {
    co_await Write(connections_.options.refuse(fault), false, false);
    co_return false;
  }

  asio::awaitable<bool> Answer(Response response, bool keep, bool head, bool chunks) {
    pieces_ = std::exchange(response.pieces, nullptr);
    if (pieces_ != nullptr) co_return co_await WritePieces(response, keep && chunks, head, chunks);
    keep = keep && !connections_.ending();
    co_return co_await Write(std::move(response), keep, head) && keep;
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
  asio::awaitable<std::optional<Fault>> ReadHeader(Parser& parser, error_code& error) {
    parser.header_limit(static_cast<uint32_t>(connections_.options.max_header_bytes));
    // Which limit holds for the body, the header tells.
    parser.body_limit(std::numeric_limits<uint64_t>::max());
    Within(connections_.options.request_timeout);
    co_await wire::async_read_header(stream_, buffer_, parser,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return FaultIn(error);
    const auto& header = parser.get();
    waits_for_leave_ = absl::EqualsIgnoreCase(View(header[wire::field::expect]), "100-continue");
    if (header.find(wire::field::content_encoding) != header.end()) co_return Fault::kEncodedBody;
    co_return std::nullopt;
  }

  uint64_t MostInPieces(const Request& header) const {
    const auto& most = connections_.options.most_in_pieces;
    return most == nullptr ? 0 : most(header);
  }

  std::optional<Fault> LimitBody(Parser& parser, uint64_t in_pieces) const {
    const uint64_t most = in_pieces > 0 ? in_pieces : connections_.options.max_body_bytes;
    if (parser.content_length().value_or(0) > most) return Fault::kBodyTooLarge;
    parser.body_limit(most);
    return std::nullopt;
  }

  asio::awaitable<void> GiveLeave(error_code& error) {
    if (!std::exchange(waits_for_leave_, false)) co_return;
    wire::response<wire::empty_body> go_on(wire::status::continue_, 11);
    co_await wire::async_write(stream_, go_on, asio::redirect_error(asio::use_awaitable, error));
  }

  // As ReadHeader.
  asio::awaitable<std::optional<Fault>> ReadBody(Parser& parser, error_code& error) {
    co_await GiveLeave(error);
    if (error) co_return std::nullopt;
    co_await wire::async_read(stream_, buffer_, parser,
                              asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return FaultIn(error);
    co_return std::nullopt;
  }

  asio::awaitable<BodyPieces::Piece> ReadPiece(PiecesParser& parser) {
    std::string bytes(kPieceBytes, '\0');
    auto& room = parser.get().body();
    room.data = bytes.data();
    room.size = bytes.size();
    Within(connections_.options.piece_timeout);
    error_code error;
    co_await GiveLeave(error);
    while (!error && !parser.is_done() && room.size > 0) {
      // Cancelling reaches only what waits for the socket.
      if (ended_ || interrupted_) co_return absl::CancelledError("nobody waits for the body");
      co_await wire::async_read_some(stream_, buffer_, parser,
                                     asio::redirect_error(asio::use_awaitable, error));
      if (error == wire::error::need_buffer) error = {};
    }
    if (error) co_return NoPiece(error);
    bytes.resize(bytes.size() - room.size);
    if (bytes.empty()) co_return std::nullopt;
    co_return std::move(bytes);
  }

  absl::Status NoPiece(const error_code& error) const {
    if (const std::optional<Fault> fault = FaultIn(error)) return ToStatus(*fault);
    const bool overdue =
        error == asio::error::operation_aborted && due_.load() <= std::chrono::steady_clock::now();
    return overdue ? ToStatus(Fault::kTooSlow) : absl::CancelledError("the client has gone");
  }

  Request ToRequest(const wire::request<wire::string_body>& message) const {
    Request request;
    request.method = std::string(View(message.method_string()));
    request.target = std::string(View(message.target()));
    for (const auto& field : message) {
      request.headers.Add(View(field.name_string()), View(field.value()));
    }
    request.remote = remote_;
    return request;
  }

  // However long it takes.
  template <typename Answer, typename Begin>
  asio::awaitable<Answer> Wait(Begin begin) {
    due_.store(Instant::max(), std::memory_order_relaxed);
    return Await<Answer>(stream_.get_executor(), std::move(begin));
  }

  asio::awaitable<Response> Handle(Request request) {
    return Wait<Response>([this, asked = std::move(request)](Respond respond) mutable {
      connections_.handler(std::move(asked), std::move(respond));
    });
  }

  asio::awaitable<BodySource::Wish> NextWish(BodySource& source) {
    return Wait<BodySource::Wish>([&source](std::function<void(BodySource::Wish)> heard) {
      source.Listen(std::move(heard));
    });
  }

  asio::awaitable<Response> HandleInPieces(Request request, PiecesParser& parser) {
    const auto source = std::make_shared<BodySource>();
    request.pieces = source;
    source_ = source;
    interrupted_ = false;
    connections_.handler(std::move(request), [source](Response response) {  // on any thread
      source->Answer(std::move(response));
    });
    const auto interrupt = [self = this->shared_from_this()] {
      asio::post(self->stream_.get_executor(), [self] {
        self->interrupted_ = true;
        beast::get_lowest_layer(self->stream_).cancel();
      });
    };
    while (true) {
      BodySource::Wish wish = co_await NextWish(*source);
      if (auto* response = std::get_if<Response>(&wish)) {
        source_ = nullptr;
        co_return std::move(*response);
      }
      BodyPieces::Piece piece = absl::CancelledError("the request has been answered");
      if (source->BeginReading(interrupt)) piece = co_await ReadPiece(parser);
      source->EndReading();
      std::get<BodySource::Got>(wish)(std::move(piece));
    }
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
      const Pieces::Piece piece = co_await Wait<Pieces::Piece>(
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
    Within(drop_.time);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
    }
    tcp::socket& socket = beast::get_lowest_layer(stream_).socket();
    socket.shutdown(tcp::socket::shutdown_send, error);
    size_t dropped = 0;
    while (!error && !ended_ && dropped < drop_.bytes) {
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
  // On the connection's strand: a request is here and not answered yet; it was told to end now; the
  // client waits to be told to send the body; the answer came before the body; what is dropped
  // after the last answer; the body that a handler takes; the answer's pieces; they were told to
  // end.
  bool busy_ = false;
  bool ended_ = false;
  bool waits_for_leave_ = false;
  bool interrupted_ = false;
  Drop drop_ = kDrop;
  std::shared_ptr<BodySource> source_;
  std::shared_ptr<Pieces> pieces_;
  bool cancelled_ = false;
};

}  // namespace

asio::awaitable<void> Serve(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls,
                            Connections& connections) {
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
