// CreatePartner, GetPartner, ListPartners, UpdatePartner, SuspendPartner, ResumePartner.
#include "tests/integration/partner/fixture.h"

namespace rectify::partner {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr char kId[] = "0185766a-7000-7000-8000-0000000000b1";

TEST_F(PartnerTest, IsRegisteredActive) {
  ASSERT_OK_AND_ASSIGN(const v1::Partner partner, Create(Sample(), kId));
  EXPECT_EQ(partner.name(), absl::StrCat("districts/120110/partners/", kId));
  EXPECT_EQ(partner.state(), v1::Partner::STATE_ACTIVE);
  EXPECT_EQ(partner.requests_per_minute(), 600);
  ASSERT_OK_AND_ASSIGN(const v1::Partner read, Get(partner.name()));
  EXPECT_EQ(read.SerializeAsString(), partner.SerializeAsString());
  EXPECT_THAT(Actions(partner.name()), ElementsAre("CreatePartner"));
}

TEST_F(PartnerTest, HasANameOfItsOwn) {
  ASSERT_OK(Create(Sample(), kId));
  EXPECT_THAT(Create(Sample("另一单位"), kId),
              StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  EXPECT_THAT(Create(Sample()), StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
}

// Its feed is named by it alone.
TEST_F(PartnerTest, HasItsIdInAllDistricts) {
  ASSERT_OK(Create(Sample(), kId));
  v1::CreatePartnerRequest request;
  request.set_parent("districts/120111");
  request.set_partner_id(kId);
  *request.mutable_partner() = Sample();
  request.mutable_partner()->set_posts(0, "districts/120111/departments/jiaoyu");
  EXPECT_THAT(Call<v1::Partner>(elsewhere(), "PartnerRegistry.CreatePartner", request),
              StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  request.clear_partner_id();
  EXPECT_OK(Call<v1::Partner>(elsewhere(), "PartnerRegistry.CreatePartner", request));
}

TEST_F(PartnerTest, ScopesAreMethodsThatTheRoleMayCall) {
  v1::Partner partner = Sample();
  partner.add_scopes("rectify.hazard.v1.Leads.CreateLead");    // its role may
  partner.add_scopes("rectify.hazard.v1.Leads.AcceptLead");    // it may not
  partner.add_scopes("rectify.hazard.v1.Leads.NoSuchMethod");  // nobody may
  partner.add_scopes("rectify.partner.v1.PartnerRegistry.*");  // none of them
  partner.add_scopes("rectify.hazard.v1.*");                   // no service
  const absl::Status status = Create(partner).status();
  EXPECT_EQ(DetailOf(status)->violations.size(), 4);
  for (int i : {2, 3, 4, 5}) {
    EXPECT_THAT(status, HasViolation(absl::StrCat("partner.scopes[", i, "]")));
  }
}

TEST_F(PartnerTest, OfAnotherDistrictLooksLikeNone) {
  ASSERT_OK_AND_ASSIGN(const v1::Partner partner, Create(Sample()));
  v1::GetPartnerRequest request;
  request.set_name(partner.name());
  EXPECT_THAT(Call<v1::Partner>(elsewhere(), "PartnerRegistry.GetPartner", request),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_THAT(Get(absl::StrCat(kParent, "/partners/", kId)),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(PartnerTest, ChangesByItsMask) {
  ASSERT_OK_AND_ASSIGN(v1::Partner partner, Create(Sample()));
  partner.set_requests_per_minute(60);
  partner.set_display_name("不变");
  ASSERT_OK_AND_ASSIGN(const v1::Partner changed, Update(partner, {"requests_per_minute"}));
  EXPECT_EQ(changed.requests_per_minute(), 60);
  EXPECT_EQ(changed.display_name(), Sample().display_name());
  EXPECT_THAT(Update(partner, {"requests_per_minute"}),
              StatusIs(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Update(changed, {"state"}).status(), HasViolation("update_mask"));
}

TEST_F(PartnerTest, IsSuspendedAndResumed) {
  ASSERT_OK_AND_ASSIGN(const v1::Partner partner, Create(Sample()));
  ASSERT_OK_AND_ASSIGN(const v1::Partner suspended, Suspend(partner.name(), partner.etag()));
  EXPECT_EQ(suspended.state(), v1::Partner::STATE_SUSPENDED);
  ASSERT_OK_AND_ASSIGN(const v1::Partner again, Suspend(partner.name()));
  EXPECT_EQ(again.etag(), suspended.etag());
  ASSERT_OK_AND_ASSIGN(const v1::Partner resumed, Resume(partner.name()));
  EXPECT_EQ(resumed.state(), v1::Partner::STATE_ACTIVE);
  EXPECT_THAT(Actions(partner.name()),
              UnorderedElementsAre("CreatePartner", "SuspendPartner", "ResumePartner"));
}

TEST_F(PartnerTest, AreListedByState) {
  ASSERT_OK_AND_ASSIGN(const v1::Partner first, Create(Sample()));
  ASSERT_OK_AND_ASSIGN(const v1::Partner second, Create(Sample("住建委")));
  ASSERT_OK(Suspend(second.name()));
  v1::ListPartnersRequest request;
  request.set_parent(kParent);
  request.set_filter("state = \"SUSPENDED\"");
  ASSERT_OK_AND_ASSIGN(
      const v1::ListPartnersResponse response,
      Call<v1::ListPartnersResponse>(registrar(), "PartnerRegistry.ListPartners", request));
  ASSERT_EQ(response.partners_size(), 1);
  EXPECT_EQ(response.partners(0).name(), second.name());
}

}  // namespace
}  // namespace rectify::partner
