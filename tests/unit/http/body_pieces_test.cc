// Bodies of requests that their handler takes piece by piece.
#include <atomic>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "tests/unit/http/fixture.h"

namespace rectify::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Piece = BodyPieces::Piece;

constexpr size_t kMost = 64 << 20;

std::string Post(absl::string_view header, absl::string_view body = "") {
  return absl::StrCat("POST /pieces HTTP/1.1\r\nHost: a\r\n", header, "\r\n\r\n", body);
}

// Bytes in which a lost, doubled or moved piece shows.
std::string Pattern(size_t size) {
  std::string bytes;
  while (bytes.size() < size) absl::StrAppend(&bytes, bytes.size(), ",");
  bytes.resize(size);
  return bytes;
}

// One request in the hands of a test.
class Taken {
 public:
  Taken(Request request, Respond respond)
      : request_(std::move(request)), respond_(std::move(respond)) {}

  void Ask() {
    request_.pieces->Next([this](Piece piece) {
      absl::MutexLock lock(&mutex_);
      got_.emplace(std::move(piece));
    });
  }
  Piece Got() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](std::optional<Piece>* got) { return got->has_value(); }, &got_));
    Piece piece = *std::move(got_);
    got_.reset();
    return piece;
  }
  Piece Next() {
    Ask();
    return Got();
  }
  // All that is left, "no: …" when it ends with an error.
  std::string Rest() {
    std::string all;
    while (true) {
      const Piece piece = Next();
      if (!piece.ok()) return absl::StrCat("no: ", piece.status().message());
      if (!piece->has_value()) return all;
      EXPECT_THAT((*piece)->size(), ::testing::AllOf(::testing::Gt(0), ::testing::Le(kPieceBytes)));
      all += **piece;
    }
  }
  void Answer(int status = 200) {
    Response response;
    response.status = status;
    response.body = "done.";
    respond_(std::move(response));
  }
  const Request& request() const { return request_; }

 private:
  Request request_;
  const Respond respond_;
  absl::Mutex mutex_;
  std::optional<Piece> got_ ABSL_GUARDED_BY(mutex_);
};

class BodyPiecesTest : public ServerTest {
 protected:
  void SetUp() override {
    options_.most_in_pieces = [](const Request& header) -> uint64_t {
      EXPECT_EQ(header.body, "");
      return header.target == "/pieces" ? kMost : 0;
    };
    StartTaking();
  }
  // Before what its handler refers to goes.
  void TearDown() override { server_.reset(); }
  // Again, with other options.
  void StartTaking() {
    Start([this](Request request, Respond respond) {
      if (request.pieces == nullptr) {
        Response response;
        response.body = absl::StrCat("<", request.body, ">");
        return respond(std::move(response));
      }
      absl::MutexLock lock(&mutex_);
      taken_.push_back(std::make_unique<Taken>(std::move(request), std::move(respond)));
    });
  }
  Taken& Take() {
    absl::MutexLock lock(&mutex_);
    const size_t wanted = ++seen_;
    const auto there = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return taken_.size() >= wanted;
    };
    mutex_.Await(absl::Condition(&there));
    return *taken_[wanted - 1];
  }
  size_t taken() {
    absl::MutexLock lock(&mutex_);
    return taken_.size();
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<Taken>> taken_ ABSL_GUARDED_BY(mutex_);
  size_t seen_ = 0;
};

TEST_F(BodyPiecesTest, ComeInOrderAndTheConnectionGoesOn) {
  const std::string body = Pattern(2 * kPieceBytes + 1000);
  Wire wire(server_->port());
  std::thread sending([&] {
    wire.Send(Post(absl::StrCat("X-Ask: q\r\nContent-Length: ", body.size()), body));
    wire.Send(Get("/after"));
  });
  Taken& taken = Take();
  EXPECT_EQ(taken.request().headers.Get("X-Ask"), "q");
  const Piece first = taken.Next();
  ASSERT_OK(first);
  EXPECT_EQ((*first)->size(), kPieceBytes);
  EXPECT_EQ(**first + taken.Rest(), body);
  ASSERT_OK_AND_ASSIGN(const auto end, taken.Next());
  EXPECT_FALSE(end.has_value()) << "the end stays";
  taken.Answer();
  const std::string answers = wire.Read("<>");
  EXPECT_THAT(answers, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answers, HasSubstr("done.HTTP/1.1 200 "));
  sending.join();
}

TEST_F(BodyPiecesTest, ComeInChunksOfTheClientsChoice) {
  const std::string body = Pattern(kPieceBytes + 20'000);
  std::string chunks;
  for (size_t at = 0; at < body.size(); at += 7001) {
    const std::string chunk = body.substr(at, 7001);
    absl::StrAppend(&chunks, absl::Hex(chunk.size()), "\r\n", chunk, "\r\n");
  }
  Wire wire(server_->port());
  std::thread sending([&] {
    wire.Send(Post("Transfer-Encoding: chunked", absl::StrCat(chunks, "0\r\n\r\n")));
    wire.Send(Post("Content-Length: 2", "ab"));
  });
  Taken& first = Take();
  EXPECT_EQ(first.Rest(), body);
  first.Answer();
  Taken& second = Take();
  EXPECT_EQ(second.Rest(), "ab");
  second.Answer();
  EXPECT_THAT(wire.Read("done.HTTP/1.1 200 "), StartsWith("HTTP/1.1 200 "));
  sending.join();
}

TEST_F(BodyPiecesTest, AnEmptyBodyIsAtItsEnd) {
  for (const char* header : {"Content-Length: 0", "X-Length: none"}) {
    Wire wire(server_->port());
    wire.Send(Post(header));
    Taken& taken = Take();
    EXPECT_EQ(taken.Rest(), "") << header;
    taken.Answer();
    EXPECT_THAT(wire.Send(Get("/after")).Read("<>"), HasSubstr("done.")) << header;
  }
}

TEST_F(BodyPiecesTest, ASlowHandlerSlowsItsClient) {
  // What the kernel keeps between the two, by far.
  constexpr size_t kUnderWay = 24 << 20;
  const std::string part = Pattern(1 << 20);
  Wire wire(server_->port());
  std::atomic<size_t> sent = 0;
  std::thread sending([&] {
    wire.Send(Post(absl::StrCat("Content-Length: ", kMost)));
    while (sent < kMost) {
      wire.Send(part);
      sent += part.size();
    }
  });
  Taken& taken = Take();
  size_t read = 0;
  for (Piece piece = taken.Next(); piece.ok() && piece->has_value(); piece = taken.Next()) {
    read += (*piece)->size();
    ASSERT_LT(sent, read + kUnderWay);
  }
  EXPECT_EQ(read, kMost);
  taken.Answer();
  sending.join();
  EXPECT_THAT(wire.Read("done."), EndsWith("done."));
}

TEST_F(BodyPiecesTest, WhatIsTooLargeIsRefusedOrEnds) {
  EXPECT_THAT(Ask(Post(absl::StrCat("Content-Length: ", kMost + 1))), StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(taken(), 0U) << "said beforehand, it is nobody's work";
  Wire wire(server_->port());
  wire.Send(
      Post("Transfer-Encoding: chunked", absl::StrCat("3\r\nabc\r\n", absl::Hex(kMost), "\r\nx")));
  Taken& taken = Take();
  const Piece piece = taken.Next();
  EXPECT_EQ(FaultOf(piece.status()), Fault::kBodyTooLarge);
  taken.Answer(413);
  EXPECT_THAT(wire.Read(), HasSubstr("Connection: close"));
}

TEST_F(BodyPiecesTest, OtherRequestsKeepTheirOwnLimit) {
  options_.max_body_bytes = 10;
  StartTaking();
  EXPECT_THAT(Ask("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Ask("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "b\r\n01234567890\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(BodyPiecesTest, WhatIsNoHttpIsToldToTheHandler) {
  Wire wire(server_->port());
  wire.Send(Post("Transfer-Encoding: chunked", "3\r\nabc\r\nzz\r\n"));
  Taken& taken = Take();
  EXPECT_EQ(FaultOf(taken.Next().status()), Fault::kMalformed);
  taken.Answer(400);
  EXPECT_THAT(wire.Read(), StartsWith("HTTP/1.1 400 "));
}

TEST_F(BodyPiecesTest, EncodedBodiesAreRefusedHereToo) {
  EXPECT_THAT(Ask(Post("Content-Encoding: gzip\r\nContent-Length: 1", "x")),
              StartsWith("HTTP/1.1 415 "));
  EXPECT_EQ(taken(), 0U);
}

TEST_F(BodyPiecesTest, AClientThatIsTooSlowIsToldSo) {
  options_.piece_timeout = absl::Milliseconds(50);
  StartTaking();
  Wire wire(server_->port());
  wire.Send(Post("Content-Length: 9", "ab"));
  Taken& taken = Take();
  EXPECT_EQ(FaultOf(taken.Next().status()), Fault::kTooSlow);
  taken.Answer(408);
  EXPECT_THAT(wire.Read("done."), StartsWith("HTTP/1.1 408 "));
}

TEST_F(BodyPiecesTest, AClientThatLeavesEndsThem) {
  auto wire = std::make_unique<Wire>(server_->port());
  wire->Send(Post("Content-Length: 9", "ab"));
  Taken& taken = Take();
  taken.Ask();
  wire.reset();
  const Piece piece = taken.Got();
  EXPECT_TRUE(absl::IsCancelled(piece.status()));
  EXPECT_EQ(FaultOf(piece.status()), std::nullopt);
  taken.Answer();  // to nobody
  EXPECT_THAT(Wire(server_->port()).Send(Get("/a")).Read("<>"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(BodyPiecesTest, AnAnswerDoesNotWaitForTheBody) {
  Wire wire(server_->port());
  wire.Send(Post("Content-Length: 9", "ab"));
  Taken& taken = Take();
  taken.Ask();  // of which seven bytes never come
  taken.Answer(401);
  EXPECT_TRUE(absl::IsCancelled(taken.Got().status()));
  const std::string answer = wire.Read("done.");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  EXPECT_TRUE(absl::IsCancelled(taken.Next().status())) << "it is answered";
}

TEST_F(BodyPiecesTest, AnEarlyAnswerReachesAClientThatSendsAllFirst) {
  Wire wire(server_->port());
  std::thread sending(
      [&] { wire.Send(Post(absl::StrCat("Content-Length: ", 32 << 20), Pattern(32 << 20))); });
  Take().Answer(401);
  sending.join();
  EXPECT_THAT(wire.Read(), AllOf(StartsWith("HTTP/1.1 401 "), EndsWith("done.")));
}

TEST_F(BodyPiecesTest, AClientIsToldToSendWhenItsBodyIsWanted) {
  const std::string header = "Content-Length: 2\r\nExpect: 100-continue";
  Wire refused(server_->port());
  refused.Send(Post(header));
  Take().Answer(401);
  EXPECT_THAT(refused.Read(), StartsWith("HTTP/1.1 401 ")) << "nobody wanted it";
  Wire wanted(server_->port());
  wanted.Send(Post(header));
  Taken& taken = Take();
  taken.Ask();
  EXPECT_THAT(wanted.Read("\r\n\r\n"), StartsWith("HTTP/1.1 100 "));
  wanted.Send("hi");
  ASSERT_OK_AND_ASSIGN(const auto piece, taken.Got());
  EXPECT_EQ(piece, "hi");
  EXPECT_EQ(taken.Rest(), "");
  taken.Answer();
  EXPECT_THAT(wanted.Read("done."), StartsWith("HTTP/1.1 200 "));
}

TEST_F(BodyPiecesTest, AServerThatStopsWaitsForThemOnlySoLong) {
  Wire wire(server_->port());
  wire.Send(Post("Content-Length: 9", "ab"));
  Taken& taken = Take();
  taken.Ask();
  std::thread stopping([&] { server_->Stop(absl::ZeroDuration()); });
  EXPECT_TRUE(absl::IsCancelled(taken.Got().status()));
  EXPECT_TRUE(absl::IsCancelled(taken.Next().status()));
  taken.Answer();
  stopping.join();
}

TEST_F(BodyPiecesTest, WhoAsksForNothingHearsOfTheServersEndToo) {
  Wire early(server_->port()), late(server_->port());
  early.Send(Post("Content-Length: 2", "ab"));
  Taken& first = Take();
  late.Send(Post("Content-Length: 2", "ab"));
  Taken& second = Take();
  absl::Notification given_up;
  first.request().pieces->WhenGivenUp([&] { given_up.Notify(); });
  std::thread stopping([&] { server_->Stop(absl::ZeroDuration()); });
  given_up.WaitForNotification();
  first.Answer();
  absl::Notification at_once;
  second.request().pieces->WhenGivenUp([&] { at_once.Notify(); });
  at_once.WaitForNotification();
  second.Answer();
  stopping.join();
}

}  // namespace
}  // namespace rectify::http
