#include "services/gateway/transcode/upload.h"

#include <deque>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "rectify/hazard/v1/evidence_service.pb.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/gateway/transcode/request.h"

namespace rectify::gateway {
namespace {

using hazard::v1::UploadEvidenceRequest;
using ::rectify::testing::HasViolation;
using ::testing::ElementsAre;

// A call that takes as many messages as it is told to.
class PlannedDepartures : public rpc::Departures {
 public:
  void Send(std::string request, std::function<void(bool)> sent) override {
    UploadEvidenceRequest message;
    EXPECT_TRUE(message.ParseFromString(request));
    log.push_back(message.has_metadata() ? message.metadata().subject() : message.chunk());
    sent_ = std::move(sent);
  }
  void End() override { log.emplace_back("end"); }
  void Cancel() override { log.emplace_back("cancel"); }
  void Taken(bool more = true) { std::exchange(sent_, nullptr)(more); }

  std::vector<std::string> log;

 private:
  std::function<void(bool)> sent_;
};

// A body whose pieces come when a test says so.
class Body : public http::BodyPieces {
 public:
  void Next(std::function<void(Piece)> got) override {
    EXPECT_EQ(got_, nullptr) << "asked for two at once";
    got_ = std::move(got);
  }
  void WhenGivenUp(std::function<void()> given_up) override { given_up_ = std::move(given_up); }
  bool asked() const { return got_ != nullptr; }
  void Give(Piece piece) { std::exchange(got_, nullptr)(std::move(piece)); }
  void GiveUp() { given_up_(); }

 private:
  std::function<void(Piece)> got_;
  std::function<void()> given_up_;
};

class UploadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(RouteTable table, RouteTable::Create({"hazard"}));
    table_ = std::make_unique<RouteTable>(std::move(table));
    found_ = table_->Find("POST", {"v1", "districts", "120110", "evidence:upload"});
    ASSERT_NE(found_.route, nullptr);
  }
  void Begin() {
    UploadEvidenceRequest first;
    first.mutable_metadata()->set_subject("first");
    Upload(*found_.route, first, body_,
           [this](std::function<void(absl::StatusOr<std::string>)> done) {
             done_ = std::move(done);
             return call_;
           },
           {.answered =
                [this](const absl::StatusOr<std::string>& answer) {
                  ends_.push_back(answer.ok() ? *answer : std::string(answer.status().message()));
                },
            .broken =
                [this](const absl::Status& why) {
                  ends_.push_back("broken: " + std::string(why.message()));
                }});
  }
  absl::StatusOr<UploadEvidenceRequest> Build(const Query& query, absl::string_view body = "") {
    auto built = BuildRequest(*found_.route, found_.captures, query, body);
    if (!built.ok()) return built.status();
    return dynamic_cast<const UploadEvidenceRequest&>(**built);
  }
  static http::Headers OfType(absl::string_view type) {
    http::Headers headers;
    headers.Add("Content-Type", type);
    return headers;
  }

  std::unique_ptr<RouteTable> table_;
  Found found_;
  const std::shared_ptr<PlannedDepartures> call_ = std::make_shared<PlannedDepartures>();
  const std::shared_ptr<Body> body_ = std::make_shared<Body>();
  std::function<void(absl::StatusOr<std::string>)> done_;
  std::vector<std::string> ends_;
};

TEST_F(UploadTest, TheFirstMessageIsOfPathQueryAndHeaders) {
  ASSERT_OK_AND_ASSIGN(UploadEvidenceRequest first,
                       Build({{"metadata.subject", "districts/120110/findings/a"},
                              {"metadata.captureTime", "2023-01-05T08:00:00+08:00"},
                              {"metadata.description", "示例"}}));
  EXPECT_OK(SetMediaType(OfType("Image/JPEG; a=b"), first));
  EXPECT_EQ(first.parent(), "districts/120110");
  EXPECT_EQ(first.metadata().subject(), "districts/120110/findings/a");
  EXPECT_EQ(first.metadata().capture_time().seconds(), 1672876800);
  EXPECT_EQ(first.metadata().media_type(), "image/jpeg");
  EXPECT_THAT(SetMediaType(OfType("image/png"), first), HasViolation("metadata.media_type"));
  EXPECT_OK(SetMediaType({}, first));
}

TEST_F(UploadTest, WhatDescribesNoFileHasNoMediaType) {
  venue::v1::CreateVenueRequest request;
  EXPECT_OK(SetMediaType(OfType("image/png"), request));
  EXPECT_EQ(request.ByteSizeLong(), 0U);
}

TEST_F(UploadTest, TheContentIsTheBodyAndNothingElse) {
  EXPECT_THAT(Build({{"chunk", "eHg="}}), HasViolation("query.chunk"));
  EXPECT_THAT(Build({}, R"({"chunk":"eHg="})"), HasViolation("body"));
}

TEST_F(UploadTest, OnePieceIsUnderWayAtATime) {
  Begin();
  EXPECT_FALSE(body_->asked()) << "before the call has taken the first message";
  call_->Taken();
  body_->Give(std::optional<std::string>("one"));
  EXPECT_FALSE(body_->asked());
  call_->Taken();
  body_->Give(std::optional<std::string>("two"));
  call_->Taken();
  body_->Give(std::nullopt);
  EXPECT_THAT(call_->log, ElementsAre("first", "one", "two", "end"));
  EXPECT_THAT(ends_, ElementsAre());
  done_("answer");
  EXPECT_THAT(ends_, ElementsAre("answer"));
}

TEST_F(UploadTest, AnEarlyAnswerIsTheOnlyOne) {
  Begin();
  call_->Taken();
  done_(absl::PermissionDeniedError("not you"));
  body_->Give(absl::CancelledError("answered"));
  EXPECT_THAT(ends_, ElementsAre("not you"));
}

TEST_F(UploadTest, ACallThatTakesNoMoreAsksForNoPiece) {
  Begin();
  call_->Taken(false);
  EXPECT_FALSE(body_->asked());
  done_(absl::UnavailableError("away"));
  EXPECT_THAT(ends_, ElementsAre("away"));
}

TEST_F(UploadTest, ABrokenBodyCancelsTheCall) {
  Begin();
  call_->Taken();
  body_->Give(absl::CancelledError("the client has gone"));
  EXPECT_THAT(call_->log, ElementsAre("first", "cancel"));
  done_(absl::CancelledError("cancelled"));
  EXPECT_THAT(ends_, ElementsAre("broken: the client has gone"));
}

TEST_F(UploadTest, AServerThatEndsWaitsForNoCallThatTakesNothing) {
  Begin();  // and its first message is never taken
  body_->GiveUp();
  EXPECT_THAT(call_->log, ElementsAre("first", "cancel"));
  std::exchange(done_, nullptr)(absl::CancelledError("cancelled"));
  EXPECT_THAT(ends_, ElementsAre("broken: the server ends"));
  call_->Taken(false);  // as a call that has ended does
  EXPECT_EQ(call_.use_count(), 1);
}

TEST_F(UploadTest, NothingKeepsWhatHasEnded) {
  Begin();
  call_->Taken();
  body_->Give(std::nullopt);
  std::exchange(done_, nullptr)("answer");
  EXPECT_EQ(call_.use_count(), 1);
  EXPECT_EQ(body_.use_count(), 1);
}

}  // namespace
}  // namespace rectify::gateway
