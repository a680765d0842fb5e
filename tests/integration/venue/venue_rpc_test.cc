// CreateVenue, GetVenue, UpdateVenue, CloseVenue.
#include <thread>

#include "fixture.h"

namespace rectify::venue {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

using ::rectify::testing::kExists;
using ::rectify::testing::kInvalid;
using ::rectify::testing::kNotFound;
constexpr char kId[] = "0185766a-7000-7000-8000-000000000001";
constexpr char kRequest[] = "0185766a-7000-7000-8000-0000000000aa";
constexpr char kMissing[] = "districts/120110/venues/0185766a-7000-7000-8000-00000000ffff";

std::string Metadata(const absl::Status& status, const std::string& key) {
  const auto detail = DetailOf(status);
  return detail && detail->metadata.contains(key) ? detail->metadata.at(key) : "";
}

TEST_F(VenueTest, CreateAnswersTheVenueMasked) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  EXPECT_THAT(venue.name(), StartsWith("districts/120110/venues/"));
  EXPECT_EQ(venue.state(), v1::Venue::STATE_ACTIVE);
  EXPECT_EQ(venue.etag(), "\"1\"");
  EXPECT_EQ(venue.create_time().seconds(), 1672710000);
  ASSERT_THAT(venue.persons(), SizeIs(1));
  EXPECT_EQ(venue.persons(0).person_name(), "张**");
  EXPECT_EQ(venue.persons(0).contact().mobile(), "138****1234");
  EXPECT_EQ(venue.persons(0).contact().email(), "s***@example.cn");
  ASSERT_OK_AND_ASSIGN(const v1::Venue read, Get(venue.name()));
  EXPECT_EQ(read.SerializeAsString(), venue.SerializeAsString());
}

TEST_F(VenueTest, CreateEmitsFactsWithoutPersonsAndAudits) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  const auto events = Events();
  ASSERT_EQ(events.back().type(), "rectify.venue.v1.VenueRegistered");
  EXPECT_EQ(events.back().aggregate(), venue.name());
  EXPECT_EQ(events.back().aggregate_version(), 1);
  EXPECT_EQ(events.back().actor(), "users/zhang.wei");
  v1::VenueRegistered payload;
  ASSERT_TRUE(payload.ParseFromString(events.back().payload()));
  EXPECT_EQ(payload.venue().display_name(), venue.display_name());
  EXPECT_EQ(payload.venue().street(), kStreet);
  EXPECT_EQ(payload.venue().state(), v1::Venue::STATE_ACTIVE);
  EXPECT_EQ(payload.DebugString().find("1381234"), std::string::npos);

  const auto audit = AuditOf(venue.name());
  ASSERT_THAT(audit, SizeIs(1));
  EXPECT_EQ(audit[0].action(), "CreateVenue");
  EXPECT_THAT(audit[0].summary(), HasSubstr("登记场所：天津市北方五金城有限公司"));
  EXPECT_EQ(audit[0].DebugString().find("1381234"), std::string::npos);
  EXPECT_THAT(AuditOf(kStreet), ::testing::Contains(::testing::Property(
                                    &audit::v1::AuditEntry::subject, venue.name())));
}

TEST_F(VenueTest, CreateTakesTheIdOfTheClient) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample(), kId));
  EXPECT_EQ(venue.name(), absl::StrCat("districts/120110/venues/", kId));
  EXPECT_THAT(Create(Sample("另一家"), "not-a-uuid"), HasViolation("venue_id"));
  const auto again = Create(Sample("另一家"), kId);
  EXPECT_THAT(again, StatusIs(kExists, "ALREADY_EXISTS"));
  EXPECT_EQ(Metadata(again.status(), "field"), "venue_id");
  EXPECT_EQ(Metadata(again.status(), "existing"), venue.name());
}

TEST_F(VenueTest, CreateRefusesTheSameCodeAndName) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue first, Create(Sample("天津（集团）ABC酒店")));
  const auto same = Create(Sample("天津(集团)abc酒店"));
  EXPECT_THAT(same, StatusIs(kExists, "ALREADY_EXISTS"));
  EXPECT_EQ(Metadata(same.status(), "existing"), first.name());
  EXPECT_OK(Create(Sample("天津(集团)abc酒店二部")));
  ASSERT_OK(Close(first.name(), "搬离"));
  EXPECT_OK(Create(Sample("天津(集团)abc酒店")));
}

TEST_F(VenueTest, CreateRefusesTheSamePlaceWithoutACodeAndATakenExternalId) {
  v1::Venue first = WithoutCode("小吃店", "一号楼");
  (*first.mutable_external_ids())["grid"] = "7";
  ASSERT_OK(Create(first));
  EXPECT_THAT(Create(WithoutCode("小吃店", "一号楼")), StatusIs(kExists, "ALREADY_EXISTS"));
  v1::Venue second = WithoutCode("小吃店", "二号楼");
  ASSERT_OK(Create(second));
  v1::Venue third = WithoutCode("小吃店", "三号楼");
  (*third.mutable_external_ids())["grid"] = "7";
  const auto taken = Create(third);
  EXPECT_THAT(taken, StatusIs(kExists, "ALREADY_EXISTS"));
  EXPECT_EQ(Metadata(taken.status(), "field"), "venue.external_ids");
}

TEST_F(VenueTest, CreateNamesEveryWrongField) {
  v1::Venue venue = Sample();
  venue.set_uscc("91120110MA05RC0A0A");
  EXPECT_THAT(Create(venue), StatusIs(kInvalid, "USCC_INVALID"));
  EXPECT_THAT(Create(venue), HasViolation("venue.uscc"));
  venue = Sample();
  venue.set_uscc("");
  venue.mutable_point()->set_longitude(12);
  venue.mutable_persons(0)->mutable_contact()->set_mobile("123");
  const auto status = Create(venue);
  EXPECT_THAT(status, StatusIs(kInvalid, "INVALID_FIELD"));
  for (const char* field :
       {"venue.uscc", "venue.point.longitude", "venue.persons[0].contact.mobile"}) {
    EXPECT_THAT(status, HasViolation(field));
  }
  EXPECT_THAT(Create(v1::Venue()), HasViolation("venue.display_name"));
}

TEST_F(VenueTest, CreateWantsAStreetOfTheDistrict) {
  v1::Venue venue = Sample();
  venue.set_street("districts/120110/streets/120110099");
  EXPECT_THAT(Create(venue), StatusIs(kNotFound, "NOT_FOUND"));
  venue.set_street("districts/120111/streets/120110001");
  EXPECT_THAT(Create(venue), StatusIs(kNotFound, "NOT_FOUND"));
}

TEST_F(VenueTest, FailedCreateLeavesNothing) {
  const size_t before = Events().size();
  const int64_t audits = Count("select count(*) from audit_entry");
  v1::Venue venue = Sample();
  venue.set_street("districts/120110/streets/120110099");
  EXPECT_FALSE(Create(venue, kId, kRequest).ok());
  EXPECT_EQ(Count("select count(*) from venues"), 0);
  EXPECT_EQ(Count("select count(*) from audit_entry"), audits);
  EXPECT_EQ(Events().size(), before);
  venue.set_street(kStreet);
  EXPECT_OK(Create(venue, kId, kRequest));
}

TEST_F(VenueTest, CreateRepeatedWithItsRequestIdAnswersAsTheFirstTime) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue first, Create(Sample(), "", kRequest));
  ASSERT_OK_AND_ASSIGN(const v1::Venue second, Create(Sample(), "", kRequest));
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_THAT(EventTypesOf(first.name()), SizeIs(1));
  EXPECT_THAT(Create(Sample("另一家"), "", kRequest), StatusIs(kInvalid, "REQUEST_ID_REUSED"));
}

TEST_F(VenueTest, CreatesOfOneNameAtOnceMakeOneVenue) {
  inspector();
  absl::StatusOr<v1::Venue> results[4];
  std::vector<std::jthread> threads;
  for (auto& result : results) threads.emplace_back([&] { result = Create(Sample()); });
  threads.clear();
  int created = 0;
  for (const auto& result : results) {
    if (result.ok()) {
      ++created;
    } else {
      EXPECT_EQ(result.status().code(), kExists) << result.status();
    }
  }
  EXPECT_EQ(created, 1);
  EXPECT_EQ(Count("select count(*) from venues"), 1);
}

TEST_F(VenueTest, RareCharactersComeBackUnchanged) {
  v1::Venue venue = Sample("𠮷野家㙍头店（東麗）");
  venue.mutable_persons(0)->set_person_name("㙍𠮷");
  ASSERT_OK_AND_ASSIGN(const v1::Venue created, Create(venue));
  EXPECT_EQ(created.display_name(), "𠮷野家㙍头店（東麗）");
  EXPECT_EQ(created.persons(0).person_name(), "㙍**");
}

TEST_F(VenueTest, GetDoesNotFindWhatIsMissingOrElsewhere) {
  EXPECT_THAT(Get(kMissing), StatusIs(kNotFound, "NOT_FOUND"));
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  v1::GetVenueRequest request;
  request.set_name(venue.name());
  EXPECT_THAT(Call<v1::Venue>(elsewhere(), "GetVenue", request), StatusIs(kNotFound, "NOT_FOUND"));
}

TEST_F(VenueTest, UpdateChangesTheMaskOnlyAndTellsWhat) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  system_.clock().Jump(system_.clock().Now() + absl::Hours(1));
  v1::Venue sent;
  sent.set_name(venue.name());
  sent.set_address("津塘路2号");
  sent.set_key_unit(true);
  sent.set_display_name("不变");
  ASSERT_OK_AND_ASSIGN(const v1::Venue updated, Update(sent, {"address", "key_unit"}));
  EXPECT_EQ(updated.address(), "津塘路2号");
  EXPECT_EQ(updated.display_name(), venue.display_name());
  EXPECT_EQ(updated.etag(), "\"2\"");
  EXPECT_EQ(updated.update_time().seconds() - updated.create_time().seconds(), 3600);
  const auto events = Events();
  EXPECT_EQ(events.back().type(), "rectify.venue.v1.VenueUpdated");
  EXPECT_EQ(events.back().aggregate_version(), 2);
  v1::VenueUpdated payload;
  ASSERT_TRUE(payload.ParseFromString(events.back().payload()));
  EXPECT_THAT(payload.changed_fields(), ElementsAre("address", "key_unit"));
  EXPECT_TRUE(payload.venue().key_unit());
}

TEST_F(VenueTest, UpdateThatChangesNothingKeepsTheVersion) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  ASSERT_OK_AND_ASSIGN(const v1::Venue same, Update(venue, {"*"}));
  EXPECT_EQ(same.SerializeAsString(), venue.SerializeAsString());
  EXPECT_THAT(EventTypesOf(venue.name()), SizeIs(1));
  EXPECT_THAT(AuditOf(venue.name()), SizeIs(1));
}

TEST_F(VenueTest, UpdateOfMaskedContactsChangesOnlyWhatIsNew) {
  ASSERT_OK_AND_ASSIGN(v1::Venue venue, Create(Sample()));
  venue.mutable_persons(0)->mutable_contact()->set_email("new@example.cn");
  ASSERT_OK(Update(venue, {"persons"}));
  v1::RevealContactsRequest reveal;
  reveal.set_parent(kParent);
  reveal.add_names(venue.name());
  reveal.set_purpose("核对");
  ASSERT_OK_AND_ASSIGN(const auto contacts,
                       Call<v1::RevealContactsResponse>(registrar(), "RevealContacts", reveal));
  ASSERT_THAT(contacts.contacts(), SizeIs(1));
  EXPECT_EQ(contacts.contacts(0).display_name(), "张三丰");
  EXPECT_EQ(contacts.contacts(0).contact().mobile(), "13812341234");
  EXPECT_EQ(contacts.contacts(0).contact().email(), "new@example.cn");
}

TEST_F(VenueTest, UpdateReplacesExternalIds) {
  v1::Venue sample = Sample();
  (*sample.mutable_external_ids())["grid"] = "1";
  ASSERT_OK_AND_ASSIGN(v1::Venue venue, Create(sample));
  (*venue.mutable_external_ids())["grid"] = "2";
  (*venue.mutable_external_ids())["cad"] = "x";
  ASSERT_OK_AND_ASSIGN(venue, Update(venue, {"external_ids"}));
  EXPECT_EQ(venue.external_ids().at("grid"), "2");
  EXPECT_EQ(venue.external_ids().at("cad"), "x");
  venue.clear_external_ids();
  ASSERT_OK_AND_ASSIGN(venue, Update(venue, {"external_ids"}));
  EXPECT_THAT(venue.external_ids(), IsEmpty());
}

TEST_F(VenueTest, UpdateRefusesAStaleEtag) {
  ASSERT_OK_AND_ASSIGN(v1::Venue venue, Create(Sample()));
  v1::Venue fresh = venue;
  fresh.set_address("津塘路2号");
  ASSERT_OK(Update(fresh, {"address"}));
  venue.set_address("津塘路3号");
  const auto stale = Update(venue, {"address"});
  EXPECT_THAT(stale, StatusIs(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_EQ(Metadata(stale.status(), "etag"), "\"2\"");
  venue.clear_etag();
  EXPECT_OK(Update(venue, {"address"}));
}

TEST_F(VenueTest, UpdateRefusesUnknownAndImmutablePaths) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  for (const char* path : {"name", "state", "create_time", "nonsense"}) {
    EXPECT_THAT(Update(venue, {path}), HasViolation("update_mask")) << path;
  }
  EXPECT_THAT(Update(venue, {}), HasViolation("update_mask"));
}

TEST_F(VenueTest, UpdateRefusesWhatIsMissingOrTaken) {
  v1::Venue missing = Sample();
  missing.set_name(kMissing);
  EXPECT_THAT(Update(missing, {"address"}), StatusIs(kNotFound, "NOT_FOUND"));
  ASSERT_OK(Create(Sample("甲")));
  ASSERT_OK_AND_ASSIGN(v1::Venue second, Create(Sample("乙")));
  second.set_display_name("甲");
  EXPECT_THAT(Update(second, {"display_name"}), StatusIs(kExists, "ALREADY_EXISTS"));
  second.set_street("districts/120110/streets/120110099");
  EXPECT_THAT(Update(second, {"street"}), StatusIs(kNotFound, "NOT_FOUND"));
  second.set_street("districts/120111/streets/120110001");
  EXPECT_THAT(Update(second, {"street"}), StatusIs(kNotFound, "NOT_FOUND"));
  second.set_uscc("x");
  EXPECT_THAT(Update(second, {"uscc"}), HasViolation("venue.uscc"));
}

TEST_F(VenueTest, ConcurrentUpdatesGiveEachVersionOneEvent) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  inspector();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      v1::Venue sent = venue;
      sent.clear_etag();
      sent.set_address(absl::StrCat("津塘路", i + 10, "号"));
      EXPECT_OK(Update(sent, {"address"}));
    });
  }
  threads.clear();
  ASSERT_OK_AND_ASSIGN(const v1::Venue read, Get(venue.name()));
  EXPECT_EQ(read.etag(), "\"5\"");
  int64_t version = 0;
  for (const auto& event : Events()) {
    if (event.aggregate() != venue.name()) continue;
    EXPECT_EQ(event.aggregate_version(), ++version);
  }
  EXPECT_EQ(version, 5);
}

TEST_F(VenueTest, CloseKeepsTheVenueWithItsReason) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  EXPECT_THAT(Close(venue.name(), "搬离", "\"9\""),
              StatusIs(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  ASSERT_OK_AND_ASSIGN(const v1::Venue closed, Close(venue.name(), " 搬离 ", venue.etag()));
  EXPECT_EQ(closed.state(), v1::Venue::STATE_CLOSED);
  EXPECT_EQ(closed.close_reason(), "搬离");
  EXPECT_EQ(Events().back().type(), "rectify.venue.v1.VenueClosed");
  v1::VenueClosed payload;
  ASSERT_TRUE(payload.ParseFromString(Events().back().payload()));
  EXPECT_EQ(payload.reason(), "搬离");
  EXPECT_EQ(payload.venue().state(), v1::Venue::STATE_CLOSED);

  const auto precondition = StatusIs(absl::StatusCode::kFailedPrecondition, "VENUE_CLOSED");
  EXPECT_THAT(Close(venue.name(), "再次"), precondition);
  EXPECT_THAT(Update(closed, {"address"}), precondition);
  EXPECT_THAT(Close(kMissing, "搬离"), StatusIs(kNotFound, "NOT_FOUND"));
  EXPECT_THAT(Close(venue.name(), "　"), HasViolation("reason"));
}

TEST_F(VenueTest, CloseIsForRegistrars) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  v1::CloseVenueRequest request;
  request.set_name(venue.name());
  request.set_reason("搬离");
  EXPECT_THAT(Call<v1::Venue>(inspector(), "CloseVenue", request),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
}

TEST_F(VenueTest, EventsOfVenuesReachDepartmentsAndDiscipline) {
  ASSERT_OK(Create(Sample()));
  system_.Settle();
  EXPECT_EQ(Count("select count(*) from feed_log f join event_log e on e.position = "
                  "f.event_position where e.type like '%VenueRegistered'"),
            2);
}

}  // namespace
}  // namespace rectify::venue
