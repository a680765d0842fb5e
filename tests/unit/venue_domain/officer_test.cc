#include "services/venue_registry/domain/officer.h"

#include "libs/testing/status_matchers.h"
#include "services/venue_registry/domain/desk.h"

namespace rectify::venue::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Officer SampleOfficer() {
  return {.district = "120110",
          .id = "01857a2c-0000-7000-8000-0000000000a1",
          .fields = {.display_name = "王五",
                     .post = Post::kInspector,
                     .certificate_number = "津消执2023001",
                     .certificate_start = absl::CivilDay(2020, 1, 1),
                     .certificate_end = absl::CivilDay(2025, 12, 31),
                     .post_start = absl::CivilDay(2018, 7, 1),
                     .post_end = {},
                     .contact = {"13812341234", "", ""}}};
}

TEST(CheckOfficer, TellsAllThatIsMissing) {
  const absl::Status status = CheckOfficer({}).status();
  for (const char* field : {"display_name", "post", "certificate_number", "certificate_start",
                            "certificate_end", "post_start"}) {
    EXPECT_THAT(status, HasViolation(field)) << field;
  }
}

TEST(CheckOfficer, RefusesPeriodsThatEndBeforeTheyStart) {
  OfficerFields fields = SampleOfficer().fields;
  fields.certificate_end = absl::CivilDay(2019, 12, 31);
  fields.post_end = absl::CivilDay(2018, 6, 30);
  EXPECT_THAT(CheckOfficer(fields), HasViolation("certificate_end"));
  EXPECT_THAT(CheckOfficer(fields), HasViolation("post_end"));
  fields.certificate_end = fields.certificate_start;
  fields.post_end = fields.post_start;
  EXPECT_OK(CheckOfficer(fields));
}

TEST(UpdateOfficer, ChangesTheMaskAndKeepsMaskedContacts) {
  OfficerFields sent;
  sent.post_end = absl::CivilDay(2023, 6, 30);
  sent.contact = {"138****1234", "wang@example.cn", ""};
  ASSERT_OK_AND_ASSIGN(const OfficerChange change,
                       UpdateOfficer(SampleOfficer(), sent, {"post_end", "contact"}));
  EXPECT_THAT(change.changed, ElementsAre("post_end", "contact"));
  EXPECT_EQ(change.officer.fields.contact, (Contact{"13812341234", "wang@example.cn", ""}));
  EXPECT_EQ(change.officer.version, 2);
}

TEST(UpdateOfficer, KeepsTheVersionWhenNothingChanges) {
  const Officer officer = SampleOfficer();
  ASSERT_OK_AND_ASSIGN(const OfficerChange change, UpdateOfficer(officer, officer.fields, {"*"}));
  EXPECT_THAT(change.changed, IsEmpty());
  EXPECT_EQ(change.officer.version, 1);
}

TEST(UpdateOfficer, RefusesUnknownPaths) {
  EXPECT_THAT(UpdateOfficer(SampleOfficer(), {}, {"name"}), HasViolation("update_mask"));
}

Desk SampleStreet() {
  return {.district = "120110",
          .code = "120110001",
          .display_name = "张贵庄街道",
          .contact = {"022-24391234", "", ""}};
}

TEST(ReplaceDesk, CreatesVersionOne) {
  ASSERT_OK_AND_ASSIGN(const Desk desk, ReplaceDesk(DeskKind::kStreet, {}, SampleStreet()));
  EXPECT_EQ(desk.version, 1);
}

TEST(ReplaceDesk, KeepsTheVersionWhenNothingChanges) {
  Desk present = SampleStreet();
  present.version = 3;
  Desk sent = SampleStreet();
  sent.contact.mobile = "022-****1234";
  ASSERT_OK_AND_ASSIGN(const Desk same, ReplaceDesk(DeskKind::kStreet, present, sent));
  EXPECT_EQ(same.version, 3);
  EXPECT_EQ(same.contact.mobile, "022-24391234");
  sent.display_name = "新名街道";
  ASSERT_OK_AND_ASSIGN(const Desk changed, ReplaceDesk(DeskKind::kStreet, present, sent));
  EXPECT_EQ(changed.version, 4);
}

TEST(ReplaceDesk, WantsStreetCodesOfTheDistrict) {
  for (const char* code : {"120111001", "12011001", "1201100011", "12011000a"}) {
    Desk sent = SampleStreet();
    sent.code = code;
    EXPECT_THAT(ReplaceDesk(DeskKind::kStreet, {}, sent), HasViolation("name")) << code;
  }
  Desk department = SampleStreet();
  department.code = "zhujian";
  EXPECT_OK(ReplaceDesk(DeskKind::kDepartment, {}, department));
}

}  // namespace
}  // namespace rectify::venue::domain
