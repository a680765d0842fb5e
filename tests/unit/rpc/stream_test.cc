// Streaming calls of all kinds.
#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "tests/unit/rpc/fixture.h"

namespace rectify::rpc {
namespace {

using google::protobuf::Message;
using paper::v1::CountPapersResponse;
using paper::v1::FilePaperRequest;
using paper::v1::ListPapersRequest;
using paper::v1::Paper;
using paper::v1::StampPaperRequest;
using ::testing::ElementsAre;
using testing::HasViolation;
using testing::StatusIs;

// A session made of functions.
struct Script {
  std::function<absl::Status(const Message&, Emitter&)> on_message = [](const Message&, Emitter&) {
    return absl::OkStatus();
  };
  std::function<absl::Status(Emitter&)> on_end = [](Emitter&) { return absl::OkStatus(); };
  std::function<void()> on_close = [] {};
};

class Scripted : public StreamSession {
 public:
  explicit Scripted(Script script) : script_(std::move(script)) {}
  ~Scripted() override { script_.on_close(); }
  absl::Status OnMessage(const Message& request, Emitter& emit) override {
    return script_.on_message(request, emit);
  }
  absl::Status OnEnd(Emitter& emit) override { return script_.on_end(emit); }

 private:
  Script script_;
};

class StreamTest : public RpcTest {
 protected:
  static OpenStream Open(Script script) {
    return [script](const Call&) { return std::make_unique<Scripted>(script); };
  }
  // Sends `count` papers titled 0, 1, 2 … and collects the titles of the answers.
  absl::Status Copy(int count, std::vector<std::string>* titles = nullptr) {
    int sent = 0;
    return MakeClient(Inspector())
        .Stream(
            kCopyPapers,
            [&](Message& request) {
              if (sent == count) return false;
              auto& file = static_cast<FilePaperRequest&>(request);
              file = FileRequest();
              file.mutable_paper()->set_title(std::to_string(sent++));
              return true;
            },
            [&](const Message& response) {
              if (titles != nullptr) titles->push_back(static_cast<const Paper&>(response).title());
              return absl::OkStatus();
            },
            absl::Seconds(60));
  }
  static Script Echo() {
    Script script;
    script.on_message = [](const Message& request, Emitter& emit) {
      return emit.Emit(static_cast<const FilePaperRequest&>(request).paper());
    };
    script.on_end = [](Emitter& emit) {
      Paper last;
      last.set_title("end");
      return emit.Emit(last);
    };
    return script;
  }
  absl::Status List(int count, const std::function<absl::Status(const Paper&)>& on_paper) {
    bool sent = false;
    return MakeClient(Inspector())
        .Stream(
            kListPapers,
            [&](Message& request) {
              if (sent) return false;
              sent = true;
              static_cast<ListPapersRequest&>(request).set_parent("districts/120110");
              static_cast<ListPapersRequest&>(request).set_count(count);
              return true;
            },
            [&](const Message& response) { return on_paper(static_cast<const Paper&>(response)); },
            absl::Seconds(60));
  }
  // Emits as many papers of 64 KiB as asked for.
  static Script Shelf() {
    Script script;
    script.on_message = [](const Message& request, Emitter& emit) {
      Paper paper;
      paper.set_scan(std::string(64 << 10, 'x'));
      const int count = static_cast<const ListPapersRequest&>(request).count();
      for (int i = 0; i < count; ++i) {
        absl::Status status = emit.Emit(paper);
        if (!status.ok()) return status;
      }
      return absl::OkStatus();
    };
    return script;
  }
};

TEST_F(StreamTest, BidirectionalAnswersKeepTheOrderOfMessages) {
  copy_ = Open(Echo());
  StartServer();
  std::vector<std::string> titles;
  ASSERT_OK(Copy(3, &titles));
  EXPECT_THAT(titles, ElementsAre("0", "1", "2", "end"));
}

TEST_F(StreamTest, AStreamWithoutMessagesStillEnds) {
  copy_ = Open(Echo());
  StartServer();
  std::vector<std::string> titles;
  ASSERT_OK(Copy(0, &titles));
  EXPECT_THAT(titles, ElementsAre("end"));
}

TEST_F(StreamTest, ServerStreamingSendsManyAnswersToOneRequest) {
  list_ = Open(Shelf());
  StartServer();
  int received = 0;
  ASSERT_OK(List(50, [&](const Paper&) {
    ++received;
    return absl::OkStatus();
  }));
  EXPECT_EQ(received, 50);
}

TEST_F(StreamTest, ClientStreamingGivesOneAnswer) {
  auto sum = std::make_shared<int>(0);
  Script script;
  script.on_message = [sum](const Message&, Emitter&) {
    ++*sum;
    return absl::OkStatus();
  };
  script.on_end = [sum](Emitter& emit) {
    CountPapersResponse response;
    response.set_count(*sum);
    return emit.Emit(response);
  };
  add_ = Open(script);
  StartServer();
  int sent = 0, count = 0;
  ASSERT_OK(MakeClient(Inspector())
                .Stream(
                    kAddPapers,
                    [&](Message& request) {
                      static_cast<FilePaperRequest&>(request) = FileRequest();
                      return sent++ < 5;
                    },
                    [&](const Message& response) {
                      count = static_cast<const CountPapersResponse&>(response).count();
                      return absl::OkStatus();
                    },
                    absl::Seconds(60)));
  EXPECT_EQ(count, 5);
}

TEST_F(StreamTest, AClientStreamWithoutAnAnswerIsOurMistake) {
  StartServer();
  EXPECT_THAT(MakeClient(Inspector())
                  .Stream(
                      kAddPapers, [](Message&) { return false; },
                      [](const Message&) { return absl::OkStatus(); }, absl::Seconds(60)),
              StatusIs(absl::StatusCode::kInternal, "INTERNAL"));
}

TEST_F(StreamTest, ASlowReaderHoldsUpNoOtherCall) {
  options_.workers = 1;
  list_ = Open(Shelf());
  StartServer();
  int received = 0;
  ASSERT_OK(List(300, [&](const Paper&) {
    // The session waits for us in Emit; its thread is not the one of unary calls.
    if (received++ > 0) return absl::OkStatus();
    return MakeClient(Inspector()).Unary<Paper>(kStampPaper, StampPaperRequest()).status();
  }));
  EXPECT_EQ(received, 300);
}

TEST_F(StreamTest, TheSessionsFirstErrorEndsTheCall) {
  Script script = Echo();
  auto messages = std::make_shared<std::atomic<int>>(0);
  script.on_message = [messages](const Message&, Emitter&) -> absl::Status {
    if (++*messages < 3) return absl::OkStatus();
    return PreconditionError("CSV_INVALID", {"第 3 行有误", "row 3 is wrong"});
  };
  copy_ = Open(script);
  StartServer();
  std::vector<std::string> titles;
  EXPECT_THAT(Copy(100, &titles), StatusIs(absl::StatusCode::kFailedPrecondition, "CSV_INVALID"));
  EXPECT_EQ(*messages, 3);
  EXPECT_TRUE(titles.empty());
}

TEST_F(StreamTest, AnErrorOfOpenEndsTheCall) {
  copy_ = [](const Call&) -> absl::StatusOr<std::unique_ptr<StreamSession>> {
    return PreconditionError("VENUE_CLOSED", {"已关闭", "closed"});
  };
  StartServer();
  EXPECT_THAT(Copy(2), StatusIs(absl::StatusCode::kFailedPrecondition, "VENUE_CLOSED"));
}

TEST_F(StreamTest, AnExceptionOfASessionIsInternal) {
  Script script;
  script.on_message = [](const Message&, Emitter&) -> absl::Status {
    throw std::runtime_error("secret");
  };
  copy_ = Open(script);
  StartServer();
  const absl::Status status = Copy(1);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal, "INTERNAL"));
  EXPECT_THAT(status.ToString(), ::testing::Not(::testing::HasSubstr("secret")));
}

TEST_F(StreamTest, TheClientMayEndTheCallAndTheSessionIsClosed) {
  absl::Notification closed;
  Script script = Shelf();
  script.on_close = [&] { closed.Notify(); };
  list_ = Open(script);
  StartServer();
  EXPECT_EQ(List(1'000'000, [](const Paper&) { return absl::AbortedError("enough"); }),
            absl::AbortedError("enough"));
  closed.WaitForNotification();
}

TEST_F(StreamTest, AnIdleStreamIsClosedAtItsDeadline) {
  absl::Notification closed;
  Script script = Echo();
  script.on_close = [&] { closed.Notify(); };
  copy_ = Open(script);
  StartServer();
  int sent = 0;
  const absl::Status status =
      MakeClient(Inspector())
          .Stream(
              kCopyPapers,
              [&](Message& request) {
                if (sent++ > 0) closed.WaitForNotification();
                static_cast<FilePaperRequest&>(request) = FileRequest();
                return true;
              },
              [](const Message&) { return absl::OkStatus(); }, absl::Milliseconds(500));
  EXPECT_FALSE(status.ok());
  EXPECT_TRUE(closed.HasBeenNotified());
}

TEST_F(StreamTest, EveryMessageIsChecked) {
  copy_ = Open(Echo());
  StartServer();
  int sent = 0;
  const auto send = [&](const std::function<void(Paper&)>& change) {
    sent = 0;
    return MakeClient(Inspector())
        .Stream(
            kCopyPapers,
            [&](Message& request) {
              static_cast<FilePaperRequest&>(request) = FileRequest();
              if (sent == 1) change(*static_cast<FilePaperRequest&>(request).mutable_paper());
              return sent++ < 3;
            },
            [](const Message&) { return absl::OkStatus(); }, absl::Seconds(60));
  };
  EXPECT_THAT(send([](Paper& paper) { paper.set_title("一二三四五六七八九十多"); }),
              HasViolation("paper.title"));
  EXPECT_THAT(send([](Paper& paper) { paper.set_folder("districts/120111"); }),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(StreamTest, AStreamNeedsATokenAndARole) {
  std::atomic<int> opened{0};
  copy_ = [&](const Call&) {
    ++opened;
    return std::make_unique<Scripted>(Script());
  };
  StartServer();
  const auto open = [&](const Client& client) {
    return client.Stream(
        kCopyPapers, [](Message&) { return false; },
        [](const Message&) { return absl::OkStatus(); }, absl::Seconds(60));
  };
  EXPECT_THAT(open(MakeClient("")), StatusIs(absl::StatusCode::kUnauthenticated, "TOKEN_MISSING"));
  EXPECT_THAT(open(MakeClient(Clerk())),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
  EXPECT_EQ(opened, 0);
}

TEST_F(StreamTest, TheSessionKnowsTheCall) {
  std::string request_id, subject;
  copy_ = [&](const Call& call) {
    request_id = call.request_id;
    subject = call.caller.subject;
    return std::make_unique<Scripted>(Echo());
  };
  StartServer();
  ASSERT_OK(Copy(1));
  EXPECT_EQ(request_id.size(), 36u);
  EXPECT_EQ(subject, "users/zhang.wei");
}

TEST_F(StreamTest, MoreStreamsThanPlacesAreRefused) {
  options_.queue = 1;
  absl::Notification opened, release;
  copy_ = [&](const Call&) {
    opened.Notify();
    release.WaitForNotification();
    return std::make_unique<Scripted>(Echo());
  };
  StartServer();
  std::thread first([&] { EXPECT_OK(Copy(1)); });
  opened.WaitForNotification();
  EXPECT_THAT(Copy(1), StatusIs(absl::StatusCode::kUnavailable, "OVERLOADED"));
  release.Notify();
  first.join();
}

TEST_F(StreamTest, ShutdownEndsAStreamThatGoesOn) {
  absl::Notification opened;
  Script script = Echo();
  copy_ = [&, script](const Call&) {
    opened.Notify();
    return std::make_unique<Scripted>(script);
  };
  StartServer();
  std::thread stopping([&] {
    opened.WaitForNotification();
    server_->Shutdown(absl::ZeroDuration());
  });
  EXPECT_FALSE(Copy(1'000'000'000).ok());
  stopping.join();
}

}  // namespace
}  // namespace rectify::rpc
