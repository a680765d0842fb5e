#include "services/venue_registry/domain/persons.h"

#include "libs/testing/status_matchers.h"
#include "samples.h"

namespace rectify::venue::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// As an answer shows them.
std::vector<Person> MaskedPersons(std::vector<Person> persons) {
  for (Person& person : persons) {
    person.name = MaskName(person.name);
    person.contact = Masked(person.contact);
  }
  return persons;
}

std::vector<Person> Present() { return SampleFields().persons; }

TEST(Persons, NeedARoleAndAName) {
  VenueFields fields = SampleFields();
  fields.persons = {{{}, " ", {"1", "", ""}}};
  const absl::Status status = CheckVenue(fields).status();
  EXPECT_THAT(status, HasViolation("persons[0].role"));
  EXPECT_THAT(status, HasViolation("persons[0].person_name"));
  EXPECT_THAT(status, HasViolation("persons[0].contact.mobile"));
}

TEST(Persons, CantBeRegisteredMasked) {
  VenueFields fields = SampleFields();
  fields.persons = MaskedPersons(fields.persons);
  const absl::Status status = CheckVenue(fields).status();
  EXPECT_THAT(status, HasViolation("persons[0].person_name"));
  EXPECT_THAT(status, HasViolation("persons[0].contact.mobile"));
  EXPECT_THAT(status, HasViolation("persons[0].contact.email"));
}

TEST(MaskedPersons, StayAsTheyAre) {
  VenueFields sent = SampleFields();
  sent.persons = MaskedPersons(sent.persons);
  ASSERT_OK_AND_ASSIGN(const VenueChange change,
                       UpdateVenue(SampleVenue(), sent, {"persons"}, SampleTime()));
  EXPECT_THAT(change.changed, IsEmpty());
}

TEST(MaskedPersons, MayHaveOneFieldChanged) {
  std::vector<Person> sent = MaskedPersons(Present());
  sent[0].contact.mobile = "13700000000";
  ASSERT_OK(KeepMaskedPersons(sent, Present()));
  EXPECT_EQ(sent[0].name, "张三丰");
  EXPECT_EQ(sent[0].contact, (Contact{"13700000000", "z@a.cn", ""}));
  EXPECT_EQ(sent[1], Present()[1]);
}

TEST(MaskedPersons, AreFoundAgainAfterAnotherWasRemoved) {
  std::vector<Person> sent = MaskedPersons(Present());
  sent.erase(sent.begin());
  ASSERT_OK(KeepMaskedPersons(sent, Present()));
  EXPECT_THAT(sent, ElementsAre(Present()[1]));
}

TEST(MaskedPersons, AreRefusedWhenTheyFitNobody) {
  std::vector<Person> sent = MaskedPersons(Present());
  sent[0].contact.mobile = "139****0000";
  EXPECT_THAT(KeepMaskedPersons(sent, Present()), HasViolation("persons[0]"));
}

TEST(MaskedPersons, AreRefusedWhenTheyFitSeveral) {
  const std::vector<Person> alike = {{PersonRole::kManager, "李四", {"13812341234", "", ""}},
                                     {PersonRole::kManager, "李五", {"13899991234", "", ""}}};
  std::vector<Person> sent = {MaskedPersons(alike)[0]};
  EXPECT_THAT(KeepMaskedPersons(sent, alike), HasViolation("persons[0]"));
  std::vector<Person> both = MaskedPersons(alike);
  ASSERT_OK(KeepMaskedPersons(both, alike));
  EXPECT_EQ(both, alike);
}

}  // namespace
}  // namespace rectify::venue::domain
