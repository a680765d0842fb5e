// Buildings, units, and venues that lie in the one and have to do with the other.
#include "fixture.h"
#include "libs/rpc/convert.h"
#include "rectify/venue/v1/building_events.pb.h"
#include "rectify/venue/v1/building_service.pb.h"

namespace rectify::venue {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kAbsent[] = "0185766a-7000-7000-8000-0000000000ff";

class BuildingTest : public VenueTest {
 protected:
  template <typename Response>
  absl::StatusOr<Response> CallBuilding(absl::string_view method,
                                        const google::protobuf::Message& request) {
    return inspector().Unary<Response>(absl::StrCat("rectify.venue.v1.BuildingRegistry.", method),
                                       request);
  }

  static v1::Building Tower(const std::string& display_name = "示例大厦A座") {
    v1::Building building;
    building.set_display_name(display_name);
    building.set_address("津塘路1号");
    building.set_street(kStreet);
    building.set_height_m(85.5);
    building.set_floors_above(26);
    building.set_floors_below(2);
    building.set_use(v1::BUILDING_USE_MIXED_RESIDENTIAL);
    building.set_built_year(1998);
    return building;
  }

  absl::StatusOr<v1::Building> CreateBuilding(const v1::Building& building,
                                              const std::string& request_id = "") {
    v1::CreateBuildingRequest request;
    request.set_parent(kParent);
    *request.mutable_building() = building;
    request.set_request_id(request_id);
    return CallBuilding<v1::Building>("CreateBuilding", request);
  }

  absl::StatusOr<v1::Building> UpdateBuilding(const v1::Building& building,
                                              const std::string& path) {
    v1::UpdateBuildingRequest request;
    *request.mutable_building() = building;
    request.mutable_update_mask()->add_paths(path);
    return CallBuilding<v1::Building>("UpdateBuilding", request);
  }

  absl::StatusOr<v1::Unit> CreateUnit(const std::string& display_name, const std::string& uscc) {
    v1::CreateUnitRequest request;
    request.set_parent(kParent);
    request.mutable_unit()->set_display_name(display_name);
    request.mutable_unit()->set_uscc(uscc);
    if (uscc.empty()) request.mutable_unit()->set_no_uscc_reason("个体经营");
    return CallBuilding<v1::Unit>("CreateUnit", request);
  }

  static v1::VenueUnit Part(const std::string& unit, v1::VenueUnit::Relation relation) {
    v1::VenueUnit part;
    part.set_unit(unit);
    part.set_relation(relation);
    return part;
  }
};

TEST_F(BuildingTest, IsRegisteredWithTheHighRiseClassThatItsFactsSuggest) {
  ASSERT_OK_AND_ASSIGN(const v1::Building building, CreateBuilding(Tower()));
  EXPECT_EQ(building.suggested_high_rise_class(), v1::HIGH_RISE_CLASS_OLD_MIXED);
  EXPECT_EQ(building.high_rise_class(), v1::HIGH_RISE_CLASS_UNSPECIFIED);
  v1::GetBuildingRequest get;
  get.set_name(building.name());
  ASSERT_OK_AND_ASSIGN(const v1::Building read, CallBuilding<v1::Building>("GetBuilding", get));
  EXPECT_EQ(read.SerializeAsString(), building.SerializeAsString());
  EXPECT_THAT(EventTypesOf(building.name()), ElementsAre("rectify.venue.v1.BuildingRegistered"));
  EXPECT_THAT(AuditOf(building.name()), SizeIs(1));
}

TEST_F(BuildingTest, PeopleRecordTheClassThatCounts) {
  ASSERT_OK_AND_ASSIGN(v1::Building building, CreateBuilding(Tower()));
  ASSERT_OK(CreateBuilding(Tower("示例大厦B座")));
  building.set_high_rise_class(v1::HIGH_RISE_CLASS_PUBLIC);
  ASSERT_OK_AND_ASSIGN(const v1::Building changed, UpdateBuilding(building, "high_rise_class"));
  EXPECT_EQ(changed.high_rise_class(), v1::HIGH_RISE_CLASS_PUBLIC);
  EXPECT_EQ(changed.suggested_high_rise_class(), v1::HIGH_RISE_CLASS_OLD_MIXED);
  EXPECT_THAT(UpdateBuilding(building, "high_rise_class"),
              StatusIs(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  ASSERT_OK(UpdateBuilding(changed, "high_rise_class"));
  EXPECT_THAT(EventTypesOf(building.name()), ElementsAre("rectify.venue.v1.BuildingRegistered",
                                                         "rectify.venue.v1.BuildingUpdated"));
  v1::ListBuildingsRequest list;
  list.set_parent(kParent);
  list.set_filter("high_rise_class = \"PUBLIC\" AND display_name : \"大厦\"");
  ASSERT_OK_AND_ASSIGN(const auto found,
                       CallBuilding<v1::ListBuildingsResponse>("ListBuildings", list));
  ASSERT_THAT(found.buildings(), SizeIs(1));
  EXPECT_EQ(found.buildings(0).name(), building.name());
}

TEST_F(BuildingTest, IsRefusedTwiceAndInAnUnknownStreet) {
  ASSERT_OK_AND_ASSIGN(const v1::Building building, CreateBuilding(Tower()));
  const auto twin = CreateBuilding(Tower("示例大厦Ａ座"));
  ASSERT_THAT(twin, StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  EXPECT_EQ(DetailOf(twin.status())->metadata.at("existing"), building.name());
  v1::Building lost = Tower("示例大厦C座");
  lost.set_street("districts/120110/streets/120110099");
  EXPECT_THAT(CreateBuilding(lost), StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  v1::Building wrong = Tower("示例大厦D座");
  wrong.set_built_year(2099);
  EXPECT_THAT(CreateBuilding(wrong), HasViolation("building.built_year"));
}

TEST_F(BuildingTest, ARepeatedRequestRegistersOnce) {
  constexpr char kRequest[] = "0185766a-7000-7000-8000-0000000000a1";
  ASSERT_OK_AND_ASSIGN(const v1::Building first, CreateBuilding(Tower(), kRequest));
  ASSERT_OK_AND_ASSIGN(const v1::Building second, CreateBuilding(Tower(), kRequest));
  EXPECT_EQ(first.name(), second.name());
  EXPECT_EQ(Count("select count(*) from buildings"), 1);
}

TEST_F(BuildingTest, OneUnitRunsManyVenuesAndOneVenueHasManyUnits) {
  ASSERT_OK_AND_ASSIGN(const v1::Building building, CreateBuilding(Tower()));
  ASSERT_OK_AND_ASSIGN(const v1::Unit chain, CreateUnit("示例连锁餐饮有限公司", kUscc));
  ASSERT_OK_AND_ASSIGN(const v1::Unit owner, CreateUnit("示例置业有限公司", kOtherUscc));
  v1::Venue first = WithoutCode("示例餐厅一店", "津塘路1号底商1");
  first.set_building(building.name());
  *first.add_units() = Part(chain.name(), v1::VenueUnit::RELATION_OPERATOR);
  *first.add_units() = Part(owner.name(), v1::VenueUnit::RELATION_OWNER);
  *first.mutable_units(0)->mutable_start_day() = rpc::ToDate(absl::CivilDay(2021, 5, 1));
  v1::Venue second = WithoutCode("示例餐厅二店", "金钟路8号");
  *second.add_units() = Part(chain.name(), v1::VenueUnit::RELATION_OPERATOR);
  ASSERT_OK_AND_ASSIGN(const v1::Venue created, Create(first));
  ASSERT_OK(Create(second));
  ASSERT_OK_AND_ASSIGN(v1::Venue read, Get(created.name()));
  EXPECT_EQ(read.building(), building.name());
  ASSERT_THAT(read.units(), SizeIs(2));
  EXPECT_EQ(read.units(0).unit(), chain.name());
  EXPECT_EQ(read.units(0).start_day().year(), 2021);
  EXPECT_THAT(*Find(absl::StrCat("unit = \"", chain.name(), "\"")),
              UnorderedElementsAre("示例餐厅一店", "示例餐厅二店"));
  EXPECT_THAT(*Find(absl::StrCat("building = \"", building.name(), "\"")),
              ElementsAre("示例餐厅一店"));
  EXPECT_THAT(*Find("building = \"无此建筑\""), IsEmpty());

  *read.mutable_units(0)->mutable_end_day() = rpc::ToDate(absl::CivilDay(2022, 12, 31));
  ASSERT_OK_AND_ASSIGN(const v1::Venue ended, Update(read, {"units"}));
  EXPECT_EQ(ended.units(0).end_day().year(), 2022);
  EXPECT_THAT(*Find(absl::StrCat("unit = \"", chain.name(), "\"")), SizeIs(2));
}

TEST_F(BuildingTest, AVenueNamesOnlyRegisteredBuildingsAndUnits) {
  v1::Venue venue = Sample();
  venue.set_building(absl::StrCat(kParent, "/buildings/", kAbsent));
  EXPECT_THAT(Create(venue), StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  venue.clear_building();
  *venue.add_units() =
      Part(absl::StrCat(kParent, "/units/", kAbsent), v1::VenueUnit::RELATION_TENANT);
  EXPECT_THAT(Create(venue), StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  ASSERT_OK_AND_ASSIGN(const v1::Unit unit, CreateUnit("示例物业", ""));
  *venue.mutable_units(0) = Part(unit.name(), v1::VenueUnit::RELATION_TENANT);
  *venue.mutable_units(0)->mutable_start_day() = rpc::ToDate(absl::CivilDay(2022, 1, 2));
  *venue.mutable_units(0)->mutable_end_day() = rpc::ToDate(absl::CivilDay(2022, 1, 1));
  EXPECT_THAT(Create(venue), HasViolation("venue.units[0].end_day"));
  venue.mutable_units(0)->clear_end_day();
  *venue.add_units() = venue.units(0);
  EXPECT_THAT(Create(venue), HasViolation("venue.units[1]"));
}

TEST_F(BuildingTest, AUnitIsKnownByItsCodeOrElseByItsName) {
  ASSERT_OK_AND_ASSIGN(const v1::Unit unit, CreateUnit("示例物业", ""));
  const auto twin = CreateUnit("示例物业", "");
  ASSERT_THAT(twin, StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  EXPECT_EQ(DetailOf(twin.status())->metadata.at("existing"), unit.name());
  ASSERT_OK(CreateUnit("示例物业", kUscc));
  EXPECT_THAT(CreateUnit("换了名称的物业", kUscc),
              StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  v1::UpdateUnitRequest update;
  *update.mutable_unit() = unit;
  update.mutable_unit()->set_trade_name("示例管家");
  update.mutable_update_mask()->add_paths("trade_name");
  ASSERT_OK_AND_ASSIGN(const v1::Unit changed, CallBuilding<v1::Unit>("UpdateUnit", update));
  EXPECT_EQ(changed.trade_name(), "示例管家");
  v1::ListUnitsRequest list;
  list.set_parent(kParent);
  list.set_filter(absl::StrCat("uscc = \"", kUscc, "\""));
  ASSERT_OK_AND_ASSIGN(const auto found, CallBuilding<v1::ListUnitsResponse>("ListUnits", list));
  EXPECT_THAT(found.units(), SizeIs(1));
  EXPECT_THAT(EventTypesOf(unit.name()),
              ElementsAre("rectify.venue.v1.UnitRegistered", "rectify.venue.v1.UnitUpdated"));
}

}  // namespace
}  // namespace rectify::venue
