// Streams of requests that no thread waits for.
#include <atomic>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/error.h"
#include "tests/unit/rpc/fixture.h"

namespace rectify::rpc {
namespace {

using google::protobuf::Message;
using paper::v1::CountPapersResponse;
using paper::v1::FilePaperRequest;
using testing::StatusIs;

// As absl::Notification, but what was done before is seen after it by ThreadSanitizer as well.
class Signal {
 public:
  void Give() {
    absl::MutexLock lock(&mutex_);
    given_ = true;
  }
  void Await() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&given_));
  }
  bool given() {
    absl::MutexLock lock(&mutex_);
    return given_;
  }

 private:
  absl::Mutex mutex_;
  bool given_ ABSL_GUARDED_BY(mutex_) = false;
};

// What a test wants of the server, set before it starts, and what it has seen.
struct Tray {
  Signal open;  // until then papers wait before it
  std::function<absl::Status(int count)> take = [](int) { return absl::OkStatus(); };
  std::atomic<int> count = 0;
  Signal closed;
};

class Counting : public StreamSession {
 public:
  explicit Counting(std::shared_ptr<Tray> tray) : tray_(std::move(tray)) {}
  ~Counting() override { tray_->closed.Give(); }
  absl::Status OnMessage(const Message&, Emitter&) override {
    tray_->open.Await();
    return tray_->take(++tray_->count);
  }
  absl::Status OnEnd(Emitter& emit) override {
    CountPapersResponse response;
    response.set_count(tray_->count);
    return emit.Emit(response);
  }

 private:
  const std::shared_ptr<Tray> tray_;
};

class DeparturesTest : public RpcTest {
 protected:
  DeparturesTest() {
    add_ = [this](const Call&) -> absl::StatusOr<std::unique_ptr<StreamSession>> {
      return std::make_unique<Counting>(tray_);
    };
  }
  // The call before the client, the client before the server.
  void TearDown() override {
    departures_.reset();
    client_.reset();
    RpcTest::TearDown();
  }
  void Begin(const Caller& caller) { Begin(new Client(MakeClient(caller))); }
  void Begin(const ClientOptions& options) { Begin(new Client(options)); }
  void Begin(Client* client) {
    client_.reset(client);
    const auto* method =
        google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(kAddPapers);
    departures_ = client_->StartSending(*method, {}, [this](absl::StatusOr<std::string> answer) {
      answer_ = std::move(answer);
      done_.Give();
    });
  }
  static std::string Paper() { return FileRequest().SerializeAsString(); }
  // As heavy as the contract lets a paper be, 100 kB.
  static std::string HeavyPaper() {
    FilePaperRequest request = FileRequest();
    for (int i = 0; i < 500; ++i) request.mutable_paper()->add_keywords(std::string(200, 'x'));
    return request.SerializeAsString();
  }
  bool Send(std::string request) {
    Signal told;
    bool more = false;
    departures_->Send(std::move(request), [&](bool may) {
      more = may;
      told.Give();
    });
    told.Await();
    return more;
  }
  absl::StatusOr<int> Answer() {
    done_.Await();
    if (!answer_.ok()) return answer_.status();
    CountPapersResponse response;
    EXPECT_TRUE(response.ParseFromString(*answer_));
    return response.count();
  }

  std::shared_ptr<Tray> tray_ = std::make_shared<Tray>();
  std::unique_ptr<Client> client_;
  std::shared_ptr<Departures> departures_;
  Signal done_;
  absl::StatusOr<std::string> answer_;
};

TEST_F(DeparturesTest, AllArriveAndTheAnswerComes) {
  tray_->open.Give();
  StartServer();
  Begin(Inspector());
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Send(Paper()));
  departures_->End();
  ASSERT_OK_AND_ASSIGN(const int count, Answer());
  EXPECT_EQ(count, 5);
  EXPECT_FALSE(Send(Paper())) << "it has ended";
  departures_->Cancel();
}

TEST_F(DeparturesTest, NoneAtAllIsACallAsWell) {
  StartServer();
  Begin(Inspector());
  departures_->End();
  ASSERT_OK_AND_ASSIGN(const int count, Answer());
  EXPECT_EQ(count, 0);
}

TEST_F(DeparturesTest, ASlowServerSlowsTheSender) {
  // More than fits between the two: without the server's reading it is never told to go on.
  constexpr int kPapers = 400;
  std::atomic<int> sent = 0;
  Signal all;
  tray_->take = [&](int count) {
    EXPECT_LT(sent, count + 300);
    return absl::OkStatus();
  };
  StartServer();
  UseLoopback();
  Begin(Inspector());
  std::function<void(bool)> next = [&](bool more) {
    if (more && sent++ < kPapers) return departures_->Send(HeavyPaper(), next);
    departures_->End();
    all.Give();
  };
  next(true);
  EXPECT_FALSE(all.given());
  tray_->open.Give();
  all.Await();
  ASSERT_OK_AND_ASSIGN(const int count, Answer());
  EXPECT_EQ(count, kPapers);
}

TEST_F(DeparturesTest, ARefusalComesWhileTheSenderHasNothingToSend) {
  tray_->open.Give();
  tray_->take = [](int) { return PreconditionError("VENUE_CLOSED", {"已注销", "closed"}); };
  StartServer();
  Begin(Inspector());
  Send(Paper());
  EXPECT_THAT(Answer(), StatusIs(absl::StatusCode::kFailedPrecondition, "VENUE_CLOSED"));
  EXPECT_FALSE(Send(Paper()));
}

TEST_F(DeparturesTest, WhoMayNotIsToldBeforeTheFirst) {
  StartServer();
  Begin(Clerk());
  EXPECT_EQ(Answer().status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(DeparturesTest, NobodyThereIsAnErrorAsWell) {
  ClientOptions options;
  options.target = "127.0.0.1:1";
  Begin(options);
  EXPECT_EQ(Answer().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(Send(Paper()));
}

TEST_F(DeparturesTest, NoWayThereIsAnErrorAtOnce) {
  ClientOptions options;
  options.target = "example.org:1";  // plaintext does not leave the machine
  Begin(options);
  EXPECT_TRUE(done_.given());
  EXPECT_FALSE(answer_.ok());
  EXPECT_FALSE(Send(Paper()));
}

TEST_F(DeparturesTest, CancellingEndsTheServersWork) {
  Signal arrived;
  tray_->take = [&](int) {
    arrived.Give();
    return absl::OkStatus();
  };
  tray_->open.Give();
  StartServer();
  Begin(Inspector());
  EXPECT_TRUE(Send(Paper()));
  arrived.Await();
  departures_->Cancel();
  EXPECT_EQ(Answer().status().code(), absl::StatusCode::kCancelled);
  tray_->closed.Await();
}

TEST_F(DeparturesTest, CancellingEndsAWriteThatIsHeldBack) {
  StartServer();
  UseLoopback();
  Begin(Inspector());
  Signal refused;
  std::function<void(bool)> next = [&](bool more) {
    if (more) return departures_->Send(HeavyPaper(), next);
    refused.Give();
  };
  next(true);
  departures_->Cancel();
  refused.Await();
  EXPECT_EQ(Answer().status().code(), absl::StatusCode::kCancelled);
  tray_->open.Give();
}

}  // namespace
}  // namespace rectify::rpc
