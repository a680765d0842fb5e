// RevealContacts.
#include "fixture.h"
#include "libs/rpc/convert.h"
#include "rectify/venue/v1/venue_directory_service.pb.h"

namespace rectify::venue {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RevealTest : public VenueTest {
 protected:
  absl::StatusOr<v1::RevealContactsResponse> Reveal(const std::vector<std::string>& names,
                                                    const std::string& purpose = "整改提醒") {
    v1::RevealContactsRequest request;
    request.set_parent(kParent);
    for (const std::string& name : names) request.add_names(name);
    request.set_purpose(purpose);
    return Call<v1::RevealContactsResponse>(registrar(), "RevealContacts", request);
  }

  // "who|mobile" of each contact.
  std::vector<std::string> Revealed(const std::vector<std::string>& names) {
    auto response = Reveal(names);
    EXPECT_OK(response);
    std::vector<std::string> contacts;
    if (!response.ok()) return contacts;
    for (const v1::RevealedContact& contact : response->contacts()) {
      contacts.push_back(absl::StrCat(contact.display_name(), "|", contact.contact().mobile()));
    }
    return contacts;
  }

  std::string AddOfficer(const std::string& name, v1::Post post, const std::string& mobile,
                         absl::CivilDay from, std::optional<absl::CivilDay> to) {
    v1::CreateOfficerRequest request;
    request.set_parent(kParent);
    v1::Officer& officer = *request.mutable_officer();
    officer.set_display_name(name);
    officer.set_post(post);
    officer.set_certificate_number("证" + name);
    *officer.mutable_certificate_start() = rpc::ToDate(absl::CivilDay(2015, 1, 1));
    *officer.mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2030, 12, 31));
    *officer.mutable_post_start() = rpc::ToDate(from);
    if (to) *officer.mutable_post_end() = rpc::ToDate(*to);
    officer.mutable_contact()->set_mobile(mobile);
    auto created = Call<v1::Officer>(registrar(), "CreateOfficer", request);
    EXPECT_OK(created);
    return created.ok() ? created->name() : "";
  }
};

TEST_F(RevealTest, AnswersInTheOrderOfTheRequest) {
  v1::Venue sample = Sample();
  v1::ResponsiblePerson& manager = *sample.add_persons();
  manager.set_role(v1::PERSON_ROLE_MANAGER);
  manager.set_person_name("李四");
  manager.mutable_contact()->set_mobile("13900000000");
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(sample));
  ASSERT_OK(PutStreet("120110001", "张贵庄街道", "022-24391234"));
  const std::string officer =
      AddOfficer("王五", v1::POST_CHIEF, "13711112222", absl::CivilDay(2020, 1, 1), {});
  EXPECT_THAT(Revealed({officer, venue.name(), kStreet}),
              ElementsAre("王五|13711112222", "张三丰|13812341234", "李四|13900000000",
                          "张贵庄街道|022-24391234"));
  ASSERT_OK_AND_ASSIGN(const auto response, Reveal({venue.name()}));
  EXPECT_EQ(response.contacts(0).name(), venue.name());
  EXPECT_EQ(response.contacts(0).role(), v1::PERSON_ROLE_RESPONSIBLE_PERSON);
  EXPECT_EQ(response.contacts(0).contact().email(), "sanfeng@example.cn");
  EXPECT_EQ(response.contacts(1).role(), v1::PERSON_ROLE_MANAGER);
}

TEST_F(RevealTest, APostIsWhoHoldsItOnThatDay) {
  // The simulated day is 2023-01-03.
  AddOfficer("前任", v1::POST_CHIEF, "13700000001", absl::CivilDay(2018, 1, 1),
             absl::CivilDay(2023, 1, 2));
  AddOfficer("现任", v1::POST_CHIEF, "13700000002", absl::CivilDay(2023, 1, 3), {});
  AddOfficer("代理", v1::POST_CHIEF, "13700000003", absl::CivilDay(2022, 1, 1),
             absl::CivilDay(2023, 1, 3));
  AddOfficer("后任", v1::POST_CHIEF, "13700000004", absl::CivilDay(2023, 1, 4), {});
  AddOfficer("监督", v1::POST_INSPECTOR, "13700000005", absl::CivilDay(2020, 1, 1), {});
  const std::string chief = "districts/120110/posts/chief";
  EXPECT_THAT(Revealed({chief}),
              ::testing::UnorderedElementsAre("现任|13700000002", "代理|13700000003"));
  EXPECT_THAT(Revealed({"districts/120110/posts/inspector"}), ElementsAre("监督|13700000005"));
  // 23:59 of the same day in China, and one minute later.
  system_.clock().Jump(absl::FromUnixSeconds(1672761540));
  EXPECT_THAT(Revealed({chief}), SizeIs(2));
  system_.clock().Jump(absl::FromUnixSeconds(1672761600));
  EXPECT_THAT(Revealed({chief}),
              ::testing::UnorderedElementsAre("现任|13700000002", "后任|13700000004"));
}

TEST_F(RevealTest, AMergedVenueIsAnsweredForByTheOneThatGoesOn) {
  v1::Venue sample = Sample("示例五金市场");
  sample.mutable_persons(0)->set_person_name("赵六");
  sample.mutable_persons(0)->mutable_contact()->set_mobile("13911112222");
  ASSERT_OK_AND_ASSIGN(const v1::Venue a, Create(Sample("示例五金城")));
  ASSERT_OK_AND_ASSIGN(const v1::Venue b, Create(Sample("示例五金广场")));
  ASSERT_OK_AND_ASSIGN(const v1::Venue c, Create(sample));
  for (const auto& [source, target] : {std::pair{a, b}, std::pair{b, c}}) {
    v1::MergeVenuesRequest request;
    request.set_source(source.name());
    request.set_target(target.name());
    request.set_reason("现场核实为同一单位");
    ASSERT_OK(registrar().Unary<v1::Venue>("rectify.venue.v1.VenueDirectory.MergeVenues", request));
  }
  EXPECT_THAT(Revealed({a.name(), c.name(), b.name()}),
              ElementsAre("赵六|13911112222", "赵六|13911112222", "赵六|13911112222"));
  ASSERT_OK_AND_ASSIGN(const auto response, Reveal({a.name()}));
  EXPECT_EQ(response.contacts(0).name(), a.name());
}

TEST_F(RevealTest, LeavesUnknownNamesOut) {
  EXPECT_THAT(Revealed({"districts/120110/venues/0185766a-7000-7000-8000-00000000ffff",
                        "districts/120110/officers/0185766a-7000-7000-8000-00000000ffff",
                        "districts/120110/streets/120110099", "districts/120110/departments/none",
                        "districts/120110/posts/legal-reviewer", "districts/120110/posts/king"}),
              IsEmpty());
}

TEST_F(RevealTest, AuditsEachReadWithItsPurpose) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  ASSERT_OK(Reveal({venue.name(), kStreet}, "逾期督促"));
  ASSERT_OK(Reveal({venue.name()}, "核对"));
  const auto audit = AuditOf(venue.name());
  ASSERT_THAT(audit, SizeIs(3));
  const auto& entry = audit[1].details().contains("purpose") ? audit[1] : audit[0];
  EXPECT_EQ(entry.action(), "RevealContacts");
  EXPECT_EQ(entry.actor(), "users/deng.ji");
  EXPECT_THAT(entry.actor_roles(), ElementsAre("REGISTRAR"));
  EXPECT_THAT(entry.summary(), HasSubstr("用途"));
  EXPECT_EQ(Count("select count(*) from audit_entry where action = 'RevealContacts'"), 2);
  EXPECT_EQ(Count("select count(*) from event_log where type like '%Reveal%'"), 0);
}

TEST_F(RevealTest, RemembersNoAnswerInTheDatabase) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample()));
  ASSERT_OK(Reveal({venue.name()}));
  EXPECT_EQ(Count("select count(*) from idempotency where response::text like "
                  "'%' || encode(convert_to('13812341234', 'UTF8'), 'hex') || '%'"),
            0);
}

TEST_F(RevealTest, RefusesNamesOfOtherDistrictsAndOfOtherKinds) {
  for (const char* name : {"districts/120111/streets/120111001", "districts/120110",
                           "districts/120110/orders/x", "districts/120110/venues/x", "nonsense"}) {
    EXPECT_THAT(Reveal({kStreet, name}), HasViolation("names[1]")) << name;
  }
  EXPECT_THAT(Reveal({}), HasViolation("names"));
  EXPECT_THAT(Reveal({kStreet}, ""), HasViolation("purpose"));
  EXPECT_EQ(Count("select count(*) from audit_entry where action = 'RevealContacts'"), 0);
}

TEST_F(RevealTest, IsForRegistrarsAndServices) {
  v1::RevealContactsRequest request;
  request.set_parent(kParent);
  request.add_names(kStreet);
  request.set_purpose("好奇");
  EXPECT_THAT(Call<v1::RevealContactsResponse>(inspector(), "RevealContacts", request),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
  EXPECT_THAT(Call<v1::RevealContactsResponse>(elsewhere(), "RevealContacts", request),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

}  // namespace
}  // namespace rectify::venue
