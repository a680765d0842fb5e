// Streams of answers that no thread waits for.
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "libs/base/error.h"
#include "tests/unit/rpc/fixture.h"

namespace rectify::rpc {
namespace {

using google::protobuf::Message;
using paper::v1::ListPapersRequest;
using paper::v1::Paper;
using testing::StatusIs;

// Papers titled 0, 1, 2 …, and then `end`; says when it is closed.
class Shelf : public StreamSession {
 public:
  Shelf(absl::Status end, std::shared_ptr<absl::Notification> closed)
      : end_(std::move(end)), closed_(std::move(closed)) {}
  ~Shelf() override { closed_->Notify(); }
  absl::Status OnMessage(const Message& request, Emitter& emit) override {
    const int count = static_cast<const ListPapersRequest&>(request).count();
    for (int i = 0; i < count; ++i) {
      Paper paper;
      paper.set_title(absl::StrCat(i));
      paper.set_scan(std::string(32 << 10, 'x'));
      const absl::Status status = emit.Emit(paper);
      if (!status.ok()) return status;
    }
    return end_;
  }
  absl::Status OnEnd(Emitter&) override { return absl::OkStatus(); }

 private:
  const absl::Status end_;
  const std::shared_ptr<absl::Notification> closed_;
};

class ArrivalsTest : public RpcTest {
 protected:
  ArrivalsTest() {
    list_ = [this](const Call&) -> absl::StatusOr<std::unique_ptr<StreamSession>> {
      return std::make_unique<Shelf>(end_, closed_);
    };
  }
  std::shared_ptr<Arrivals> List(const Client& client, int count) {
    ListPapersRequest request;
    request.set_parent("districts/120110");
    request.set_count(count);
    const auto* method =
        google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(kListPapers);
    return client.StartStream(*method, request.SerializeAsString(), {});
  }
  static Arrivals::Arrival Next(Arrivals& arrivals) {
    absl::Notification told;
    Arrivals::Arrival arrival;
    arrivals.Next([&](Arrivals::Arrival one) {
      arrival = std::move(one);
      told.Notify();
    });
    told.WaitForNotification();
    return arrival;
  }
  static std::string TitleOf(const Arrivals::Arrival& arrival) {
    Paper paper;
    if (!arrival.ok()) return std::string(arrival.status().message());
    return arrival->has_value() && paper.ParseFromString(**arrival) ? paper.title() : "none";
  }

  absl::Status end_;
  std::shared_ptr<absl::Notification> closed_ = std::make_shared<absl::Notification>();
};

TEST_F(ArrivalsTest, ComeInOrderAndTheEndStays) {
  StartServer();
  const Client client = MakeClient(Inspector());
  const auto arrivals = List(client, 3);
  for (const char* title : {"0", "1", "2", "none", "none"}) {
    EXPECT_EQ(TitleOf(Next(*arrivals)), title);
  }
}

TEST_F(ArrivalsTest, AnErrorComesAfterWhatWasSentBeforeIt) {
  end_ = PreconditionError("VENUE_CLOSED", {"已注销", "closed"});
  StartServer();
  const Client client = MakeClient(Inspector());
  const auto arrivals = List(client, 1);
  EXPECT_EQ(TitleOf(Next(*arrivals)), "0");
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Next(*arrivals), StatusIs(absl::StatusCode::kFailedPrecondition, "VENUE_CLOSED"));
  }
}

TEST_F(ArrivalsTest, WhoMayNotIsToldAtOnce) {
  StartServer();
  const Client client = MakeClient(Clerk());
  EXPECT_EQ(Next(*List(client, 1)).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(ArrivalsTest, NobodyThereIsAnErrorAsWell) {
  ClientOptions options;
  options.target = "127.0.0.1:1";
  const Client client(options);
  EXPECT_EQ(Next(*List(client, 1)).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ArrivalsTest, CancellingEndsTheServersWorkAndAnswersWhoWaits) {
  StartServer();
  const Client client = MakeClient(Inspector());
  // More than fits between the two: the server waits for its reader.
  const auto arrivals = List(client, 100'000);
  EXPECT_EQ(TitleOf(Next(*arrivals)), "0");
  arrivals->Cancel();
  closed_->WaitForNotification();
  Arrivals::Arrival arrival = Next(*arrivals);
  EXPECT_EQ(arrival.status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace rectify::rpc
