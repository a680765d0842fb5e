// ListVenues: filters, search by any part of a name, paging.
#include <set>

#include "fixture.h"

namespace rectify::venue {
namespace {

using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using ::rectify::testing::kInvalid;

class VenueListTest : public VenueTest {
 protected:
  // Registers at a time of its own, so that the order is known.
  v1::Venue Add(const v1::Venue& venue) {
    system_.clock().Jump(system_.clock().Now() + absl::Seconds(1));
    absl::StatusOr<v1::Venue> created = Create(venue);
    EXPECT_OK(created);
    return created.value_or(v1::Venue());
  }

  absl::StatusOr<v1::ListVenuesResponse> Page(int size, const std::string& token,
                                              const std::string& filter = "") {
    v1::ListVenuesRequest request;
    request.set_parent(kParent);
    request.set_page_size(size);
    request.set_page_token(token);
    request.set_filter(filter);
    return Call<v1::ListVenuesResponse>(inspector(), "ListVenues", request);
  }
};

TEST_F(VenueListTest, FiltersByEachField) {
  v1::Venue hotel = Sample("甲宾馆");
  hotel.set_venue_class(v1::VENUE_CLASS_CROWDED);
  hotel.set_kind(v1::VENUE_KIND_HOTEL);
  hotel.set_key_unit(true);
  (*hotel.mutable_external_ids())["grid"] = "A:1";
  Add(hotel);
  v1::Venue market = Sample("乙市场");
  market.set_street("districts/120110/streets/120110007");
  market.set_uscc(kOtherUscc);
  const v1::Venue closed = Add(market);
  Add(WithoutCode("丙库房", "三号"));
  ASSERT_OK(Close(closed.name(), "搬离"));

  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"", {"甲宾馆", "乙市场", "丙库房"}},
      {"state = ACTIVE", {"甲宾馆", "丙库房"}},
      {"state = STATE_CLOSED", {"乙市场"}},
      {"venue_class = \"CROWDED\"", {"甲宾馆"}},
      {"venue_class != CROWDED AND state != CLOSED", {"丙库房"}},
      {"kind = HOTEL", {"甲宾馆"}},
      {"street = \"districts/120110/streets/120110007\"", {"乙市场"}},
      {"street = \"120110001\"", {"甲宾馆", "丙库房"}},
      {"street = \"districts/120111/streets/120110001\"", {}},
      {"uscc = \"91120110ma06x0000a\"", {"乙市场"}},
      {"key_unit = true", {"甲宾馆"}},
      {"key_unit = false", {"乙市场", "丙库房"}},
      {"external_id = \"grid:A:1\"", {"甲宾馆"}},
      {"external_id = \"cad:A:1\"", {}},
      {"display_name : \"宾馆\" AND venue_class = CROWDED", {"甲宾馆"}},
  };
  for (const auto& [filter, names] : cases) {
    ASSERT_OK_AND_ASSIGN(const auto found, Find(filter));
    EXPECT_EQ(found, names) << filter;
  }
}

TEST_F(VenueListTest, RefusesFiltersThatDoNotFit) {
  for (const char* filter :
       {"address = \"x\"", "venue_class = \"LOUD\"", "display_name = \"甲\"", "display_name : \"\"",
        "display_name : \" \"", "key_unit = 1", "state", "uscc : \"1\""}) {
    EXPECT_THAT(Find(filter), StatusIs(kInvalid, "INVALID_FILTER")) << filter;
  }
}

TEST_F(VenueListTest, FindsAnyPartOfAName) {
  Add(Sample("天津市北方五金城有限公司"));
  Add(Sample("北方五金（东丽）店"));
  Add(Sample("五方金城"));
  Add(Sample("ABC酒店"));
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"五", {"天津市北方五金城有限公司", "北方五金（东丽）店", "五方金城"}},
      {"五金", {"天津市北方五金城有限公司", "北方五金（东丽）店"}},
      {"金城", {"天津市北方五金城有限公司", "五方金城"}},
      {"北方五金城", {"天津市北方五金城有限公司"}},
      // All characters and pairs are there, but not in this order.
      {"金城有限公司北方五", {}},
      {"天津市北方五金城有限公司", {"天津市北方五金城有限公司"}},
      {"天津市北方五金城有限公司 ", {"天津市北方五金城有限公司"}},
      {"(东丽)", {"北方五金（东丽）店"}},
      {"（东丽）", {"北方五金（东丽）店"}},
      {"abc", {"ABC酒店"}},
      {"ＡＢＣ", {"ABC酒店"}},
      {"%", {}},
      {"_", {}},
      {"龘", {}},
  };
  for (const auto& [part, names] : cases) {
    ASSERT_OK_AND_ASSIGN(const auto found, Find(absl::StrCat("display_name : \"", part, "\"")));
    EXPECT_EQ(found, names) << part;
  }
}

TEST_F(VenueListTest, FindsRareCharacters) {
  Add(Sample("𠮷野家㙍头店"));
  Add(Sample("吉野家"));
  EXPECT_THAT(*Find("display_name : \"𠮷\""), ElementsAre("𠮷野家㙍头店"));
  EXPECT_THAT(*Find("display_name : \"㙍头\""), ElementsAre("𠮷野家㙍头店"));
  EXPECT_THAT(*Find("display_name : \"吉\""), ElementsAre("吉野家"));
}

TEST_F(VenueListTest, FindsTheNewNameAfterAChange) {
  v1::Venue venue = Add(Sample("旧名市场"));
  venue.set_display_name("新名商场");
  ASSERT_OK(Update(venue, {"display_name"}));
  EXPECT_THAT(*Find("display_name : \"旧名\""), IsEmpty());
  EXPECT_THAT(*Find("display_name : \"名商\""), ElementsAre("新名商场"));
}

TEST_F(VenueListTest, PagesStayWholeWhileVenuesAreAdded) {
  for (int i = 0; i < 7; ++i) Add(Sample(absl::StrCat("场所", i)));
  std::vector<std::string> seen;
  std::string token;
  int pages = 0;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, Page(3, token));
    for (const v1::Venue& venue : page.venues()) seen.push_back(venue.display_name());
    token = page.next_page_token();
    if (++pages == 1) {
      Add(Sample("场所7"));
      ASSERT_OK(Close(page.venues(0).name(), "搬离"));
    }
  } while (!token.empty());
  EXPECT_THAT(seen,
              ElementsAre("场所0", "场所1", "场所2", "场所3", "场所4", "场所5", "场所6", "场所7"));
}

TEST_F(VenueListTest, PagesVenuesOfOneInstantWithoutLossOrRepeat) {
  for (int i = 0; i < 5; ++i) ASSERT_OK(Create(Sample(absl::StrCat("同时", i))));
  std::multiset<std::string> seen;
  std::string token;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, Page(2, token));
    for (const v1::Venue& venue : page.venues()) seen.insert(venue.display_name());
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_THAT(seen, UnorderedElementsAre("同时0", "同时1", "同时2", "同时3", "同时4"));
}

TEST_F(VenueListTest, TokensBelongToTheirQuestion) {
  for (int i = 0; i < 3; ++i) Add(Sample(absl::StrCat("场所", i)));
  ASSERT_OK_AND_ASSIGN(const auto page, Page(1, ""));
  EXPECT_THAT(Page(1, page.next_page_token(), "key_unit = true"),
              StatusIs(kInvalid, "INVALID_PAGE_TOKEN"));
  EXPECT_THAT(Page(1, "nonsense"), StatusIs(kInvalid, "INVALID_PAGE_TOKEN"));
}

TEST_F(VenueListTest, ShowsOnlyTheOwnDistrictAndContactsMasked) {
  Add(Sample());
  v1::ListVenuesRequest request;
  request.set_parent("districts/120111");
  ASSERT_OK_AND_ASSIGN(const auto other,
                       Call<v1::ListVenuesResponse>(elsewhere(), "ListVenues", request));
  EXPECT_THAT(other.venues(), IsEmpty());
  request.set_parent(kParent);
  EXPECT_THAT(Call<v1::ListVenuesResponse>(elsewhere(), "ListVenues", request),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  ASSERT_OK_AND_ASSIGN(const auto own,
                       Call<v1::ListVenuesResponse>(inspector(), "ListVenues", request));
  ASSERT_THAT(own.venues(), SizeIs(1));
  EXPECT_EQ(own.venues(0).persons(0).contact().mobile(), "138****1234");
}

}  // namespace
}  // namespace rectify::venue
