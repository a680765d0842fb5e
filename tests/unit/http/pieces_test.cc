// Answers that are sent piece by piece.
#include <deque>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "tests/unit/http/fixture.h"

namespace rectify::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// Gives what a test puts in, when it is asked.
class Script : public Pieces {
 public:
  explicit Script(bool endless = false) : endless_(endless) {}

  void Put(Piece piece) {
    absl::MutexLock lock(&mutex_);
    pieces_.push_back(std::move(piece));
    GiveWhatIsThere();
  }
  void Next(std::function<void(Piece)> got) override {
    absl::MutexLock lock(&mutex_);
    EXPECT_EQ(waiting_, nullptr) << "asked for two at once";
    ++asked_;
    waiting_ = std::move(got);
    GiveWhatIsThere();
  }
  void Cancel() override {
    absl::MutexLock lock(&mutex_);
    ++cancelled_;
    pieces_ = {std::nullopt};
    GiveWhatIsThere();
  }
  bool endless() const override { return endless_; }

  int AwaitCancelled() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](int* n) { return *n > 0; }, &cancelled_));
    return cancelled_;
  }
  // Returns whether they are cancelled.
  bool AwaitAskedOrCancelled(int times) {
    absl::MutexLock lock(&mutex_);
    const auto told = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return asked_ >= times || cancelled_ > 0;
    };
    mutex_.Await(absl::Condition(&told));
    return cancelled_ > 0;
  }

 private:
  void GiveWhatIsThere() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (waiting_ == nullptr || pieces_.empty()) return;
    std::exchange(waiting_, nullptr)(std::move(pieces_.front()));
    pieces_.pop_front();
  }

  const bool endless_;
  absl::Mutex mutex_;
  std::deque<Piece> pieces_ ABSL_GUARDED_BY(mutex_);
  std::function<void(Piece)> waiting_ ABSL_GUARDED_BY(mutex_);
  int asked_ ABSL_GUARDED_BY(mutex_) = 0;
  int cancelled_ ABSL_GUARDED_BY(mutex_) = 0;
};

class PiecesTest : public ServerTest {
 protected:
  void StartWith(const std::shared_ptr<Script>& script) {
    Start([script](const Request&, const Respond& respond) {
      Response response;
      response.headers.Add("X-Answer", "yes");
      response.pieces = script;
      respond(std::move(response));
    });
  }
};

TEST_F(PiecesTest, AreSentAsTheyComeAndTheConnectionGoesOn) {
  const auto script = std::make_shared<Script>();
  StartWith(script);
  Wire wire(server_->port());
  wire.Send(Get("/a"));
  const std::string header = wire.Read("\r\n\r\n");
  EXPECT_THAT(header, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(header, Not(HasSubstr("Content-Length")));
  script->Put("first");
  EXPECT_THAT(wire.Read("first\r\n"), EndsWith("5\r\nfirst\r\n"));
  script->Put("");
  script->Put("second");
  script->Put(std::nullopt);
  EXPECT_THAT(wire.Read("\r\n0\r\n\r\n"), EndsWith("6\r\nsecond\r\n0\r\n\r\n"));
  EXPECT_EQ(script->AwaitCancelled(), 1) << "told once that nobody reads any more";
  // Cancelled, they are at their end for the next request as well.
  EXPECT_THAT(wire.Send(Get("/b")).Read("\r\n0\r\n\r\n"), HasSubstr("X-Answer: yes"));
}

TEST_F(PiecesTest, AnErrorEndsTheConnectionWithoutTheMarkOfAWholeBody) {
  const auto script = std::make_shared<Script>();
  StartWith(script);
  script->Put("first");
  script->Put(absl::UnavailableError("gone"));
  EXPECT_THAT(Ask(Get("/a")), EndsWith("5\r\nfirst\r\n"));
}

TEST_F(PiecesTest, AClientOfAnOlderProtocolGetsThemUntilTheConnectionEnds) {
  const auto script = std::make_shared<Script>();
  StartWith(script);
  for (Pieces::Piece piece :
       {Pieces::Piece("first"), Pieces::Piece("second"), Pieces::Piece(std::nullopt)}) {
    script->Put(std::move(piece));
  }
  const std::string answer = Ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(answer, Not(HasSubstr("chunked")));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nfirstsecond"));
}

TEST_F(PiecesTest, HeadAsksForNone) {
  const auto script = std::make_shared<Script>();
  StartWith(script);
  const std::string answer = Ask("HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
  EXPECT_EQ(script->AwaitCancelled(), 1);
}

TEST_F(PiecesTest, AClientThatLeavesCancelsThem) {
  const auto script = std::make_shared<Script>(/*endless=*/true);
  StartWith(script);
  {
    Wire wire(server_->port());
    wire.Send(Get("/a")).Read("\r\n\r\n");
  }
  // The first pieces may still find room in the socket.
  int pieces = 1;
  while (pieces < 1000 && !script->AwaitAskedOrCancelled(pieces)) {
    script->Put("still there?");
    ++pieces;
  }
  EXPECT_EQ(script->AwaitCancelled(), 1);
}

TEST_F(PiecesTest, AServerThatStopsEndsEndlessOnesAndLetsOthersEnd) {
  const auto endless = std::make_shared<Script>(/*endless=*/true);
  const auto finite = std::make_shared<Script>();
  Start([&](const Request& request, const Respond& respond) {
    Response response;
    response.pieces = request.target == "/endless" ? endless : finite;
    respond(std::move(response));
  });
  Wire one(server_->port()), other(server_->port());
  one.Send(Get("/endless"));
  other.Send(Get("/finite"));
  endless->AwaitAskedOrCancelled(1);
  finite->AwaitAskedOrCancelled(1);
  std::thread stopping([&] { server_->Stop(absl::Seconds(20)); });
  EXPECT_THAT(one.Read(), EndsWith("\r\n\r\n0\r\n\r\n"));
  finite->Put("rest");
  finite->Put(std::nullopt);
  EXPECT_THAT(other.Read(), EndsWith("4\r\nrest\r\n0\r\n\r\n"));
  stopping.join();
}

TEST_F(PiecesTest, PatienceWithThoseThatNeverComeEnds) {
  const auto script = std::make_shared<Script>();
  StartWith(script);
  Wire wire(server_->port());
  wire.Send(Get("/a"));
  script->AwaitAskedOrCancelled(1);
  server_->Stop(absl::ZeroDuration());
  EXPECT_EQ(script->AwaitCancelled(), 1);
}

}  // namespace
}  // namespace rectify::http
