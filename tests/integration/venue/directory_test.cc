// Venues in campaigns, through time, near a place, and twice in the registry.
#include "fixture.h"
#include "libs/rpc/convert.h"
#include "rectify/venue/v1/venue_directory_events.pb.h"
#include "rectify/venue/v1/venue_directory_service.pb.h"

namespace rectify::venue {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kCampaign[] = "districts/120110/campaigns/zdfx-2023";
using ::rectify::testing::kPrecondition;

class DirectoryTest : public VenueTest {
 protected:
  template <typename Response>
  absl::StatusOr<Response> CallDirectory(rpc::Client& client, absl::string_view method,
                                         const google::protobuf::Message& request) {
    return client.Unary<Response>(absl::StrCat("rectify.venue.v1.VenueDirectory.", method),
                                  request);
  }

  void Wait(absl::Duration duration) { system_.AdvanceTo(system_.clock().Now() + duration); }

  absl::StatusOr<v1::Venue> SetClass(const std::string& venue, v1::VenueClass venue_class,
                                     const std::string& campaign = kCampaign) {
    v1::SetCampaignClassRequest request;
    request.set_venue(venue);
    request.set_campaign(campaign);
    request.set_venue_class(venue_class);
    request.set_target_group("高层公共建筑");
    return CallDirectory<v1::Venue>(inspector(), "SetCampaignClass", request);
  }

  absl::StatusOr<v1::Venue> GetAsOf(const std::string& name, absl::Time time) {
    v1::GetVenueRequest request;
    request.set_name(name);
    *request.mutable_as_of() = rpc::ToTimestamp(time);
    return Call<v1::Venue>(inspector(), "GetVenue", request);
  }

  absl::StatusOr<v1::Venue> Merge(const std::string& source, const std::string& target,
                                  const std::string& request_id = "") {
    v1::MergeVenuesRequest request;
    request.set_source(source);
    request.set_target(target);
    request.set_reason("现场核实为同一单位");
    request.set_request_id(request_id);
    return CallDirectory<v1::Venue>(registrar(), "MergeVenues", request);
  }

  absl::StatusOr<v1::SuggestDuplicatesResponse> Suggest(const std::string& venue, int page_size = 0,
                                                        const std::string& token = "") {
    v1::SuggestDuplicatesRequest request;
    request.set_parent(kParent);
    request.set_venue(venue);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return CallDirectory<v1::SuggestDuplicatesResponse>(registrar(), "SuggestDuplicates", request);
  }

  static v1::SearchNearbyRequest Around(double longitude, double latitude, double radius) {
    v1::SearchNearbyRequest request;
    request.set_parent(kParent);
    request.mutable_center()->set_longitude(longitude);
    request.mutable_center()->set_latitude(latitude);
    request.mutable_center()->set_datum(v1::DATUM_CGCS2000);
    request.set_radius_m(radius);
    return request;
  }

  absl::StatusOr<v1::SearchNearbyResponse> Nearby(const v1::SearchNearbyRequest& request) {
    return CallDirectory<v1::SearchNearbyResponse>(inspector(), "SearchNearby", request);
  }

  // A venue without code at a point.
  absl::StatusOr<v1::Venue> CreateAt(const std::string& display_name, double longitude,
                                     double latitude, v1::Datum datum = v1::DATUM_CGCS2000) {
    v1::Venue venue = WithoutCode(display_name, display_name + "的地址");
    venue.mutable_point()->set_longitude(longitude);
    venue.mutable_point()->set_latitude(latitude);
    venue.mutable_point()->set_datum(datum);
    return Create(venue);
  }
};

TEST_F(DirectoryTest, AVenueHasOneClassPerCampaign) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  ASSERT_OK(SetClass(venue.name(), v1::VENUE_CLASS_CROWDED));
  ASSERT_OK_AND_ASSIGN(const v1::Venue changed, SetClass(venue.name(), v1::VENUE_CLASS_SENSITIVE));
  ASSERT_THAT(changed.campaign_classes(), SizeIs(1));
  EXPECT_EQ(changed.campaign_classes(0).campaign(), kCampaign);
  EXPECT_EQ(changed.campaign_classes(0).venue_class(), v1::VENUE_CLASS_SENSITIVE);
  ASSERT_OK_AND_ASSIGN(const v1::Venue same, SetClass(venue.name(), v1::VENUE_CLASS_SENSITIVE));
  EXPECT_EQ(same.etag(), changed.etag());
  ASSERT_OK(
      SetClass(venue.name(), v1::VENUE_CLASS_CROWDED, "districts/120110/campaigns/gaoceng-2025"));
  EXPECT_THAT(EventTypesOf(venue.name()), ElementsAre("rectify.venue.v1.VenueRegistered",
                                                      "rectify.venue.v1.VenueCampaignClassSet",
                                                      "rectify.venue.v1.VenueCampaignClassSet",
                                                      "rectify.venue.v1.VenueCampaignClassSet"));
  v1::VenueCampaignClassSet event;
  ASSERT_TRUE(event.ParseFromString(Events().back().payload()));
  EXPECT_EQ(event.former_class(), v1::VENUE_CLASS_UNSPECIFIED);
  EXPECT_THAT(event.venue().campaign_classes(), SizeIs(2));
}

TEST_F(DirectoryTest, VenuesAreFoundByTheirCampaignAndItsClass) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  ASSERT_OK(Create(WithoutCode("示例小吃店", "金钟路1号")));
  ASSERT_OK(SetClass(venue.name(), v1::VENUE_CLASS_CROWDED));
  EXPECT_THAT(*Find("campaign = zdfx-2023"), SizeIs(1));
  EXPECT_THAT(*Find(absl::StrCat("campaign = \"", kCampaign, "\"")), SizeIs(1));
  EXPECT_THAT(*Find("campaign_class : \"zdfx-2023:CROWDED\""), SizeIs(1));
  EXPECT_THAT(*Find("campaign_class : \"zdfx-2023:SENSITIVE\""), IsEmpty());
  EXPECT_THAT(Find("campaign_class : \"zdfx-2023:无\""),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FILTER"));
  EXPECT_THAT(SetClass(venue.name(), v1::VENUE_CLASS_CROWDED, "districts/120111/campaigns/other"),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(DirectoryTest, AnUpdateOfAllFieldsKeepsTheClasses) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  ASSERT_OK_AND_ASSIGN(v1::Venue set, SetClass(venue.name(), v1::VENUE_CLASS_CROWDED));
  set.clear_campaign_classes();
  set.set_address("津塘路2号");
  ASSERT_OK_AND_ASSIGN(const v1::Venue updated, Update(set, {"*"}));
  EXPECT_THAT(updated.campaign_classes(), SizeIs(1));
}

TEST_F(DirectoryTest, AnImportSetsTheClassesOfItsColumn) {
  const std::string file =
      "单位名称,类别,性质,无代码原因,地址,街道,活动类别\n"
      "示例小吃店,人员密集,饭店,无照经营,金钟路1号,金钟街道,zdfx-2023:人员密集；gaoceng-2025:"
      "敏感特殊\n"
      "示例坏行店,人员密集,饭店,无照经营,金钟路2号,金钟街道,zdfx-2023\n";
  const Import import = ImportCsv(file);
  ASSERT_OK(import.status);
  EXPECT_EQ(import.rows[0].result(), v1::ImportVenuesResponse::RESULT_CREATED);
  EXPECT_EQ(import.rows[1].result(), v1::ImportVenuesResponse::RESULT_REFUSED);
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Get(import.rows[0].venue()));
  ASSERT_THAT(venue.campaign_classes(), SizeIs(2));
  EXPECT_EQ(venue.campaign_classes(1).campaign(), kCampaign);
  EXPECT_EQ(ImportCsv(file).rows[0].result(), v1::ImportVenuesResponse::RESULT_UNCHANGED);
}

TEST_F(DirectoryTest, AVenueIsReadAsItWasAtAnyInstant) {
  const absl::Time start = system_.clock().Now();
  ASSERT_OK_AND_ASSIGN(v1::Venue venue, Create(Sample()));
  Wait(absl::Hours(24));
  venue.mutable_persons(0)->set_person_name("王五");
  venue.mutable_persons(0)->clear_contact();
  ASSERT_OK_AND_ASSIGN(const v1::Venue second, Update(venue, {"persons"}));
  Wait(absl::Hours(24));
  ASSERT_OK(Close(venue.name(), "停业"));

  EXPECT_THAT(GetAsOf(venue.name(), start - absl::Seconds(1)),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  ASSERT_OK_AND_ASSIGN(const v1::Venue first, GetAsOf(venue.name(), start));
  EXPECT_EQ(first.persons(0).person_name(), "张**");
  EXPECT_EQ(first.persons(0).contact().mobile(), "138****1234");
  EXPECT_EQ(first.etag(), "\"1\"");
  ASSERT_OK_AND_ASSIGN(const v1::Venue then, GetAsOf(venue.name(), start + absl::Hours(47)));
  EXPECT_EQ(then.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(then.persons(0).person_name(), "王**");
  ASSERT_THAT(then.former_persons(), SizeIs(1));
  EXPECT_EQ(then.former_persons(0).person_name(), "张**");
  EXPECT_EQ(then.former_persons(0).end_day().day(), 4);
  ASSERT_OK_AND_ASSIGN(const v1::Venue now, GetAsOf(venue.name(), system_.clock().Now()));
  EXPECT_EQ(now.state(), v1::Venue::STATE_CLOSED);
}

TEST_F(DirectoryTest, TheVersionsOfAVenueAreListedNewestFirst) {
  ASSERT_OK_AND_ASSIGN(v1::Venue venue, Create(Sample()));
  for (int i = 2; i <= 4; ++i) {
    Wait(absl::Hours(1));
    venue.set_address(absl::StrCat("津塘路", i, "号"));
    ASSERT_OK(Update(venue, {"address"}));
    venue.clear_etag();
  }
  v1::ListVenueVersionsRequest request;
  request.set_parent(venue.name());
  request.set_page_size(2);
  ASSERT_OK_AND_ASSIGN(const auto page, CallDirectory<v1::ListVenueVersionsResponse>(
                                            inspector(), "ListVenueVersions", request));
  ASSERT_THAT(page.versions(), SizeIs(3));
  EXPECT_EQ(page.versions(0).venue().address(), "津塘路4号");
  EXPECT_FALSE(page.versions(0).has_valid_until());
  EXPECT_EQ(page.versions(1).venue().address(), "津塘路3号");
  EXPECT_THAT(page.versions(1).changed_fields(), ElementsAre("address"));
  EXPECT_EQ(page.versions(1).valid_until().seconds(), page.versions(0).valid_from().seconds());
  request.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto rest, CallDirectory<v1::ListVenueVersionsResponse>(
                                            inspector(), "ListVenueVersions", request));
  ASSERT_THAT(rest.versions(), SizeIs(1));
  EXPECT_EQ(rest.versions(0).venue().address(), "津塘路1号");
  EXPECT_EQ(rest.next_page_token(), "");
}

TEST_F(DirectoryTest, KeptVersionsShowNoPersonInTheTables) {
  ASSERT_OK_AND_ASSIGN(v1::Venue venue, Create(Sample()));
  Wait(absl::Hours(1));
  venue.clear_persons();
  ASSERT_OK(Update(venue, {"persons"}));
  EXPECT_EQ(Count("select count(*) from venue_versions"), 1);
  EXPECT_EQ(Count("select count(*) from venue_versions"
                  " where position('张三丰'::bytea in record) > 0"
                  " or position('13812341234'::bytea in record) > 0"),
            0);
  EXPECT_EQ(Count("select count(*) from venue_former_persons"
                  " where position('张三丰'::bytea in person_name) > 0"),
            0);
}

TEST_F(DirectoryTest, TheNameOfAMergedVenueAnswersTheOneThatGoesOn) {
  v1::Venue first = Sample("示例五金城");
  (*first.mutable_external_ids())["grid"] = "G-1";
  v1::Venue second = Sample("示例五金市场");
  (*second.mutable_external_ids())["urban"] = "U-1";
  ASSERT_OK_AND_ASSIGN(const v1::Venue a, Create(first));
  ASSERT_OK_AND_ASSIGN(const v1::Venue b, Create(second));
  ASSERT_OK_AND_ASSIGN(const v1::Venue c, Create(Sample("示例五金广场")));
  Wait(absl::Hours(1));
  const absl::Time before = system_.clock().Now();
  Wait(absl::Hours(1));
  ASSERT_OK_AND_ASSIGN(const v1::Venue target, Merge(a.name(), b.name()));
  EXPECT_THAT(target.external_ids(), SizeIs(2));
  Wait(absl::Hours(1));
  ASSERT_OK(Merge(b.name(), c.name()));

  ASSERT_OK_AND_ASSIGN(const v1::Venue read, Get(a.name()));
  EXPECT_EQ(read.name(), c.name());
  EXPECT_EQ(read.redirected_from(), a.name());
  EXPECT_THAT(read.external_ids(), SizeIs(2));
  EXPECT_THAT(*Find("external_id = \"grid:G-1\""), ElementsAre("示例五金广场"));
  EXPECT_THAT(*Find("state = MERGED"), SizeIs(2));
  // Before the merges each was itself.
  ASSERT_OK_AND_ASSIGN(const v1::Venue then, GetAsOf(a.name(), before));
  EXPECT_EQ(then.name(), a.name());
  EXPECT_EQ(then.redirected_from(), "");

  EXPECT_THAT(EventTypesOf(a.name()),
              ElementsAre("rectify.venue.v1.VenueRegistered", "rectify.venue.v1.VenueMerged"));
  EXPECT_THAT(EventTypesOf(b.name()),
              ElementsAre("rectify.venue.v1.VenueRegistered", "rectify.venue.v1.VenueUpdated",
                          "rectify.venue.v1.VenueMerged"));
}

TEST_F(DirectoryTest, MergesMakeNoCyclesAndHappenOnce) {
  constexpr char kRequest[] = "0185766a-7000-7000-8000-0000000000c1";
  ASSERT_OK_AND_ASSIGN(const v1::Venue a, Create(Sample("示例五金城")));
  ASSERT_OK_AND_ASSIGN(const v1::Venue b, Create(Sample("示例五金市场")));
  ASSERT_OK(Merge(a.name(), b.name(), kRequest));
  ASSERT_OK(Merge(a.name(), b.name(), kRequest));
  EXPECT_THAT(Merge(a.name(), b.name()), StatusIs(kPrecondition, "VENUE_MERGED"));
  const auto back = Merge(b.name(), a.name());
  ASSERT_THAT(back, StatusIs(kPrecondition, "VENUE_MERGED"));
  EXPECT_EQ(DetailOf(back.status())->metadata.at("merged_into"), b.name());
  EXPECT_THAT(Merge(b.name(), b.name()), HasViolation("target"));
  EXPECT_THAT(Merge(b.name(), "districts/120111/venues/0185766a-7000-7000-8000-0000000000ff"),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  v1::Venue changed = a;
  changed.clear_etag();
  EXPECT_THAT(Update(changed, {"address"}), StatusIs(kPrecondition, "VENUE_MERGED"));
  // Its name is free again.
  ASSERT_OK(Create(Sample("示例五金城")));
}

TEST_F(DirectoryTest, TwinsAreSuggestedWithTheirReasons) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue a, Create(Sample("天津市示例五金城有限公司")));
  v1::Venue twin = WithoutCode("示例五金城", "津塘路 1 号");
  ASSERT_OK_AND_ASSIGN(const v1::Venue b, Create(twin));
  ASSERT_OK(Create(WithoutCode("毫不相干小吃店", "金钟路8号")));
  ASSERT_OK_AND_ASSIGN(const auto suggested, Suggest(b.name()));
  ASSERT_THAT(suggested.suggestions(), SizeIs(1));
  EXPECT_EQ(suggested.suggestions(0).other().name(), a.name());
  EXPECT_THAT(suggested.suggestions(0).reasons(),
              ElementsAre(v1::DuplicateSuggestion::REASON_NEAR_NAME,
                          v1::DuplicateSuggestion::REASON_SAME_ADDRESS,
                          v1::DuplicateSuggestion::REASON_NEAR_POINT));
  EXPECT_GT(suggested.suggestions(0).score(), 0.8);
  ASSERT_OK(Merge(b.name(), a.name()));
  ASSERT_OK_AND_ASSIGN(const auto after, Suggest(a.name()));
  EXPECT_THAT(after.suggestions(), IsEmpty());
}

TEST_F(DirectoryTest, EachPairOfADistrictIsSuggestedOnce) {
  ASSERT_OK(Create(Sample("示例五金城")));
  ASSERT_OK(Create(Sample("示例五金城店")));
  ASSERT_OK(Create(WithoutCode("毫不相干小吃店", "金钟路8号")));
  int pairs = 0;
  std::string token;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, Suggest("", 1, token));
    pairs += page.suggestions_size();
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_EQ(pairs, 1);
}

TEST_F(DirectoryTest, VenuesWithinACircleComeNearestFirst) {
  ASSERT_OK(CreateAt("远处示例店", 117.4600, 39.0617));
  ASSERT_OK(CreateAt("近处示例店", 117.4430, 39.0617));
  // The centre itself as AMap and Baidu have it.
  ASSERT_OK(CreateAt("高德示例店", 117.44906786, 39.06281426, v1::DATUM_GCJ02));
  ASSERT_OK(CreateAt("百度示例店", 117.45557079, 39.06879615, v1::DATUM_BD09));
  ASSERT_OK_AND_ASSIGN(const v1::Venue closed, CreateAt("停业示例店", 117.4431, 39.0617));
  ASSERT_OK(Close(closed.name(), "停业"));
  v1::SearchNearbyRequest request = Around(117.44254825, 39.06171056, 500);
  ASSERT_OK_AND_ASSIGN(const auto near, Nearby(request));
  ASSERT_THAT(near.venues(), SizeIs(3));
  EXPECT_EQ(near.venues(0).venue().display_name(), "高德示例店");
  EXPECT_LT(near.venues(0).distance_m(), 0.1);
  EXPECT_EQ(near.venues(1).venue().display_name(), "百度示例店");
  EXPECT_LT(near.venues(1).distance_m(), 1);
  EXPECT_EQ(near.venues(2).venue().display_name(), "近处示例店");
  EXPECT_NEAR(near.venues(2).distance_m(), 39, 1);
  request.set_radius_m(5000);
  ASSERT_OK_AND_ASSIGN(const auto wide, Nearby(request));
  EXPECT_THAT(wide.venues(), SizeIs(4));
  request.set_filter("display_name : \"百度\"");
  ASSERT_OK_AND_ASSIGN(const auto filtered, Nearby(request));
  EXPECT_THAT(filtered.venues(), SizeIs(1));
}

TEST_F(DirectoryTest, ACircleIsReadInPagesAndHasItsLimits) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_OK(CreateAt(absl::StrCat("示例店", i), 117.44 + i * 0.001, 39.06));
  }
  v1::SearchNearbyRequest request = Around(117.44, 39.06, 5000);
  request.set_page_size(2);
  std::vector<std::string> names;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, Nearby(request));
    for (const v1::NearbyVenue& near : page.venues()) names.push_back(near.venue().display_name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("示例店0", "示例店1", "示例店2", "示例店3", "示例店4"));
  EXPECT_THAT(Nearby(Around(117.44, 39.06, 5001)), HasViolation("radius_m"));
  EXPECT_THAT(Nearby(Around(200, 39.06, 10)), HasViolation("center.longitude"));
}

TEST_F(DirectoryTest, VenuesOfFormerTimesGetTheirPlace) {
  ASSERT_OK(CreateAt("高德示例店", 117.44906786, 39.06281426, v1::DATUM_GCJ02));
  ASSERT_OK(host_->pool().Transact("test.unplace", {}, [](pg::Tx& tx) {
    return tx.ExecScript(
        "update venues set cell = null, place_longitude = null, place_latitude = null");
  }));
  const auto request = Around(117.44254825, 39.06171056, 10);
  ASSERT_OK_AND_ASSIGN(const auto none, Nearby(request));
  EXPECT_THAT(none.venues(), IsEmpty());
  system_.Settle();
  ASSERT_OK_AND_ASSIGN(const auto found, Nearby(request));
  EXPECT_THAT(found.venues(), SizeIs(1));
}

}  // namespace
}  // namespace rectify::venue
