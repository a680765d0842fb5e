// The server on its wire: raw bytes over a real socket.
#include <thread>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "tests/unit/http/fixture.h"

namespace rectify::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(ServerTest, AnswersOneAfterAnotherOnOneConnection) {
  StartEcho();
  Wire wire(server_->port());
  wire.Send(Get("/a?b=1", "X-Ask: q\r\n"));
  EXPECT_THAT(wire.Read("<>"), EndsWith("GET /a?b=1 q<>"));
  // Two at once, the second's body in chunks.
  wire.Send(absl::StrCat(Get("/c"),
                         "POST /d HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                         "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  const std::string both = wire.Read("<abcde>");
  EXPECT_THAT(both, HasSubstr("GET /c <>"));
  EXPECT_THAT(both, EndsWith("POST /d <abcde>"));
  wire.Send(Get("/e", "Connection: close\r\n"));
  EXPECT_THAT(wire.Read(), EndsWith("GET /e <>"));  // and then the server closes
}

TEST_F(ServerTest, AnswersOfHeadHaveNoBody) {
  StartEcho();
  const std::string answer = Ask("HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 10\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, GoesOnWhenAClientWaitsForLeaveToSend) {
  StartEcho();
  Wire wire(server_->port());
  wire.Send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(wire.Read("\r\n\r\n"), StartsWith("HTTP/1.1 100 "));
  EXPECT_THAT(wire.Send("hi").Read("<hi>"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, RefusesWhatIsNoRequest) {
  StartEcho();
  for (const char* bytes : {
           "GARBAGE\r\n\r\n",
           "GET /a HTTP/9.9\r\n\r\n",
           "GET /a\r\n\r\n",
           "GET /a HTTP/1.1\r\nHost a\r\n\r\n",
           "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
           "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
           "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
           "0\r\n\r\n",
           "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
       }) {
    EXPECT_THAT(Ask(bytes), StartsWith("HTTP/1.1 400 ")) << bytes;
  }
}

TEST_F(ServerTest, LimitsHeaderAndBody) {
  options_.max_header_bytes = 1000;
  options_.max_body_bytes = 1000;
  StartEcho();
  EXPECT_THAT(Ask(Get("/a", absl::StrCat("X-Ask: ", std::string(2000, 'x'), "\r\n"))),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Ask("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  // In chunks nobody says beforehand how long it will be.
  EXPECT_THAT(Ask(absl::StrCat("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                               "800\r\n", std::string(0x800, 'x'), "\r\n0\r\n\r\n")),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(
      Ask("POST /a HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"),
      StartsWith("HTTP/1.1 415 "));
  // A client that sends on after its refusal still reads it.
  EXPECT_THAT(Ask(absl::StrCat("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n",
                               std::string(500'000, 'x'))),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, EndsConnectionsThatKeepItWaiting) {
  options_.idle_timeout = absl::Milliseconds(50);
  options_.request_timeout = absl::Milliseconds(50);
  StartEcho();
  EXPECT_EQ(Ask(""), "");                           // never begins
  EXPECT_EQ(Ask("GET /a HTTP/1.1\r\nHost: "), "");  // never ends its header
  EXPECT_EQ(Ask("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab"), "");
}

TEST_F(ServerTest, RefusesConnectionsAboveItsLimit) {
  options_.max_connections = 1;
  StartEcho();
  Wire first(server_->port());
  EXPECT_THAT(first.Send(Get("/a")).Read("<>"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Ask(""), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(first.Send(Get("/b")).Read("<>"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, StopsWhenTheLastAnswerIsGiven) {
  absl::Notification asked;
  absl::Mutex mutex;
  Respond waiting;
  Start([&](const Request&, const Respond& respond) {
    absl::MutexLock lock(&mutex);
    waiting = respond;
    asked.Notify();
  });
  Wire busy(server_->port()), idle(server_->port());
  busy.Send(Get("/a"));
  asked.WaitForNotification();
  std::thread stopping([&] { server_->Stop(absl::Seconds(20)); });
  EXPECT_EQ(idle.Read(), "");  // ended at once
  Response response;
  response.body = "late";
  waiting(std::move(response));
  const std::string answer = busy.Read();
  EXPECT_THAT(answer, EndsWith("late"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  stopping.join();
  EXPECT_FALSE(Wire(server_->port()).connected());
}

TEST_F(ServerTest, ListensOnlyWhereItMay) {
  const auto start = [&](const std::string& listen) {
    options_.listen = listen;
    return Server::Start(options_, [](const Request&, const Respond&) {}).status().code();
  };
  EXPECT_EQ(start("0.0.0.0:0"), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(start("nowhere"), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(start("127.0.0.1:99999"), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(start("[::1]:0"), absl::StatusCode::kOk);
  options_.tls_cert_file = options_.tls_key_file = "/nonexistent.pem";
  EXPECT_EQ(start("127.0.0.1:0"), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace rectify::http
