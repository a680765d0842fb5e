#include "services/gateway/transcode/stream.h"

#include <deque>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "rectify/hazard/v1/evidence_service.pb.h"
#include "rectify/venue/v1/venue.pb.h"
#include "rectify/venue/v1/venue_directory_service.pb.h"
#include "tests/unit/gateway/pieces.h"

namespace rectify::gateway {
namespace {

using ::testing::ElementsAre;

class PlannedArrivals : public rpc::Arrivals {
 public:
  explicit PlannedArrivals(std::deque<Arrival> arrivals) : arrivals_(std::move(arrivals)) {}
  void Next(std::function<void(Arrival)> got) override {
    Arrival arrival = arrivals_.empty() ? Arrival(std::nullopt) : std::move(arrivals_.front());
    if (!arrivals_.empty()) arrivals_.pop_front();
    got(std::move(arrival));
  }
  void Cancel() override { cancelled = true; }
  bool cancelled = false;

 private:
  std::deque<Arrival> arrivals_;
};

std::string Csv(const std::string& bytes) {
  venue::v1::ExportVenuesResponse piece;
  piece.set_csv(bytes);
  return piece.SerializeAsString();
}

TEST(StreamTest, BytesOfAFileAreTheFile) {
  const auto& type = *venue::v1::ExportVenuesResponse::descriptor();
  ASSERT_OK_AND_ASSIGN(
      const http::Response response,
      ToStreamResponse(type, Csv("a,b\n"),
                       std::make_shared<PlannedArrivals>(std::deque<rpc::Arrivals::Arrival>{
                           Csv("1,2\n"), absl::DataLossError("lost")})));
  EXPECT_EQ(response.headers.Get("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_EQ(response.headers.Get("Content-Disposition"), "attachment");
  EXPECT_THAT(Drain(*response.pieces), ElementsAre("a,b\n", "1,2\n", "lost"));
}

TEST(StreamTest, TheFirstAnswerSaysWhatKindOfFileItIs) {
  hazard::v1::DownloadEvidenceResponse first, second;
  first.mutable_evidence()->set_media_type("image/jpeg");
  second.set_chunk("bytes");
  ASSERT_OK_AND_ASSIGN(
      const http::Response response,
      ToStreamResponse(*first.GetDescriptor(), first.SerializeAsString(),
                       std::make_shared<PlannedArrivals>(
                           std::deque<rpc::Arrivals::Arrival>{second.SerializeAsString()})));
  EXPECT_EQ(response.headers.Get("Content-Type"), "image/jpeg");
  EXPECT_THAT(Drain(*response.pieces), ElementsAre("", "bytes"));
}

TEST(StreamTest, OtherAnswersAreLinesOfJson) {
  venue::v1::Venue venue;
  venue.set_display_name("示例商场");
  ASSERT_OK_AND_ASSIGN(
      const http::Response response,
      ToStreamResponse(*venue.GetDescriptor(), venue.SerializeAsString(),
                       std::make_shared<PlannedArrivals>(
                           std::deque<rpc::Arrivals::Arrival>{venue.SerializeAsString()})));
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/x-ndjson");
  EXPECT_FALSE(response.headers.Has("Content-Disposition"));
  const std::string line = "{\"displayName\":\"示例商场\"}\n";
  EXPECT_THAT(Drain(*response.pieces), ElementsAre(line, line));
}

TEST(StreamTest, NothingAtAllIsAnEmptyBody) {
  ASSERT_OK_AND_ASSIGN(
      const http::Response response,
      ToStreamResponse(*venue::v1::ExportVenuesResponse::descriptor(), std::nullopt,
                       std::make_shared<PlannedArrivals>(std::deque<rpc::Arrivals::Arrival>{})));
  EXPECT_THAT(Drain(*response.pieces), ElementsAre());
}

TEST(StreamTest, WhoLetsGoOfTheBodyEndsTheCall) {
  const auto rest = std::make_shared<PlannedArrivals>(std::deque<rpc::Arrivals::Arrival>{});
  ASSERT_OK(
      ToStreamResponse(*venue::v1::ExportVenuesResponse::descriptor(), Csv("a"), rest).status());
  EXPECT_TRUE(rest->cancelled);
}

TEST(StreamTest, WhatIsNoMessageIsNoAnswer) {
  EXPECT_EQ(
      ToStreamResponse(*venue::v1::Venue::descriptor(), "\xff",
                       std::make_shared<PlannedArrivals>(std::deque<rpc::Arrivals::Arrival>{}))
          .status()
          .code(),
      absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace rectify::gateway
