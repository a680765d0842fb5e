#include "services/gateway/transcode/request.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "rectify/venue/v1/venue_service.pb.h"

namespace rectify::gateway {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;

class RequestTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(RouteTable table, RouteTable::Create({"venue", "deadline"}));
    table_ = std::make_unique<RouteTable>(std::move(table));
  }

  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Build(
      absl::string_view verb, const std::vector<std::string>& path, const Query& query,
      absl::string_view body) {
    const Found found = table_->Find(verb, path);
    if (found.route == nullptr) return absl::NotFoundError("no route");
    return BuildRequest(*found.route, found.captures, query, body);
  }

  template <typename T>
  absl::StatusOr<T> BuildAs(absl::string_view verb, const std::vector<std::string>& path,
                            const Query& query, absl::string_view body) {
    auto built = Build(verb, path, query, body);
    if (!built.ok()) return built.status();
    return dynamic_cast<const T&>(**built);
  }

  const std::vector<std::string> kVenues = {"v1", "districts", "120110", "venues"};
  const std::vector<std::string> kVenue = {"v1", "districts", "120110", "venues", "a"};
  std::unique_ptr<RouteTable> table_;
};

TEST_F(RequestTest, BindsPathAndQuery) {
  for (const char* size : {"pageSize", "page_size"}) {
    ASSERT_OK_AND_ASSIGN(const auto request,
                         BuildAs<venue::v1::ListVenuesRequest>(
                             "GET", kVenues, {{size, "20"}, {"filter", "key_unit = true"}}, ""));
    EXPECT_EQ(request.parent(), "districts/120110");
    EXPECT_EQ(request.page_size(), 20);
    EXPECT_EQ(request.filter(), "key_unit = true");
  }
}

TEST_F(RequestTest, BindsBodyMaskAndNameOfAPatch) {
  ASSERT_OK_AND_ASSIGN(const auto request,
                       BuildAs<venue::v1::UpdateVenueRequest>(
                           "PATCH", kVenue, {{"updateMask", "displayName,keyUnit"}},
                           R"({"displayName":"示例","key_unit":true})"));
  EXPECT_EQ(request.venue().name(), "districts/120110/venues/a");
  EXPECT_EQ(request.venue().display_name(), "示例");
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("display_name", "key_unit"));
}

TEST_F(RequestTest, BindsInstantsFromTheQuery) {
  ASSERT_OK_AND_ASSIGN(const auto request,
                       BuildAs<venue::v1::GetVenueRequest>(
                           "GET", kVenue, {{"asOf", "2023-01-05T08:00:00+08:00"}}, ""));
  EXPECT_EQ(request.as_of().seconds(), 1672876800);
}

TEST_F(RequestTest, NamesWhatTheContractDoesNotKnow) {
  EXPECT_THAT(Build("GET", kVenues, {{"foo", "1"}}, ""), HasViolation("foo"));
  EXPECT_THAT(Build("POST", kVenues, {}, R"({"displayNme":"x"})"),
              HasViolation("venue.displayNme"));
  EXPECT_THAT(Build("POST", kVenues, {}, R"({"location":{"lat":1}})"),
              StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_FIELD"));
}

TEST_F(RequestTest, NamesValuesOfAnotherType) {
  EXPECT_THAT(Build("GET", kVenues, {{"pageSize", "many"}}, ""), HasViolation("page_size"));
  EXPECT_THAT(Build("POST", kVenues, {}, R"({"kind":"KIND_CASTLE"})"), HasViolation("venue.kind"));
  EXPECT_THAT(Build("POST", kVenues, {}, R"(["a"])"), HasViolation("body"));
}

TEST_F(RequestTest, RefusesContradictionsAndRepetitions) {
  EXPECT_THAT(Build("PATCH", kVenue, {}, R"({"name":"districts/120110/venues/b"})"),
              HasViolation("venue.name"));
  EXPECT_THAT(Build("PATCH", kVenue, {}, R"({"name":5})"), HasViolation("venue.name"));
  for (const char* same : {R"({"name":"districts/120110/venues/a"})", R"({"name":""})"}) {
    EXPECT_OK(Build("PATCH", kVenue, {}, same).status());
  }
  EXPECT_THAT(Build("GET", kVenues, {{"pageSize", "1"}, {"page_size", "2"}}, ""),
              HasViolation("page_size"));
  EXPECT_THAT(Build("GET", kVenues, {{"parent", "districts/1"}}, ""), HasViolation("parent"));
  EXPECT_THAT(Build("GET", kVenue, {}, "{}"), HasViolation("body"));
}

TEST_F(RequestTest, HeadersStandForFields) {
  venue::v1::CloseVenueRequest request;
  ASSERT_OK_AND_ASSIGN(const bool known, SetFromHeader(request, "etag", "If-Match", "\"3\""));
  EXPECT_TRUE(known);
  EXPECT_EQ(request.etag(), "\"3\"");
  EXPECT_THAT(SetFromHeader(request, "etag", "If-Match", "\"4\""), HasViolation("etag"));
  venue::v1::UpdateVenueRequest update;
  EXPECT_OK(SetFromHeader(update, "venue.etag", "If-Match", "\"5\"").status());
  EXPECT_EQ(update.venue().etag(), "\"5\"");
  venue::v1::GetVenueRequest get;
  ASSERT_OK_AND_ASSIGN(const bool unknown, SetFromHeader(get, "etag", "If-Match", "\"3\""));
  EXPECT_FALSE(unknown);
}

}  // namespace
}  // namespace rectify::gateway
