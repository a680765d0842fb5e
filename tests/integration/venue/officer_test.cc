// CreateOfficer, GetOfficer, ListOfficers, UpdateOfficer.
#include "fixture.h"
#include "libs/rpc/convert.h"

namespace rectify::venue {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class OfficerTest : public VenueTest {
 protected:
  static v1::Officer SampleOfficer(const std::string& number = "津消执2023001") {
    v1::Officer officer;
    officer.set_display_name("王五");
    officer.set_post(v1::POST_INSPECTOR);
    officer.set_certificate_number(number);
    *officer.mutable_certificate_start() = rpc::ToDate(absl::CivilDay(2020, 1, 1));
    *officer.mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2025, 12, 31));
    *officer.mutable_post_start() = rpc::ToDate(absl::CivilDay(2018, 7, 1));
    officer.mutable_contact()->set_mobile("13812341234");
    return officer;
  }

  absl::StatusOr<v1::Officer> CreateOfficer(const v1::Officer& officer,
                                            const std::string& id = "") {
    v1::CreateOfficerRequest request;
    request.set_parent(kParent);
    request.set_officer_id(id);
    *request.mutable_officer() = officer;
    return Call<v1::Officer>(registrar(), "CreateOfficer", request);
  }

  absl::StatusOr<v1::Officer> UpdateOfficer(const v1::Officer& officer,
                                            const std::vector<std::string>& paths) {
    v1::UpdateOfficerRequest request;
    *request.mutable_officer() = officer;
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    return Call<v1::Officer>(registrar(), "UpdateOfficer", request);
  }

  absl::StatusOr<v1::ListOfficersResponse> List(const std::string& filter, int size = 0,
                                                const std::string& token = "") {
    v1::ListOfficersRequest request;
    request.set_parent(kParent);
    request.set_filter(filter);
    request.set_page_size(size);
    request.set_page_token(token);
    return Call<v1::ListOfficersResponse>(inspector(), "ListOfficers", request);
  }
};

TEST_F(OfficerTest, AreRegisteredWithTheirQualification) {
  ASSERT_OK_AND_ASSIGN(const v1::Officer officer, CreateOfficer(SampleOfficer()));
  EXPECT_EQ(officer.contact().mobile(), "138****1234");
  v1::GetOfficerRequest request;
  request.set_name(officer.name());
  ASSERT_OK_AND_ASSIGN(const v1::Officer read,
                       Call<v1::Officer>(inspector(), "GetOfficer", request));
  EXPECT_EQ(read.SerializeAsString(), officer.SerializeAsString());
  EXPECT_FALSE(read.has_post_end());

  const auto events = Events();
  EXPECT_EQ(events.back().type(), "rectify.venue.v1.OfficerUpdated");
  v1::OfficerUpdated payload;
  ASSERT_TRUE(payload.ParseFromString(events.back().payload()));
  EXPECT_EQ(payload.certificate_end().year(), 2025);
  EXPECT_FALSE(payload.has_post_end());
  EXPECT_EQ(payload.DebugString().find("1381234"), std::string::npos);
  EXPECT_THAT(AuditOf(officer.name()), SizeIs(1));
}

TEST_F(OfficerTest, AreRefusedWithAKnownIdOrCertificate) {
  constexpr char kId[] = "0185766a-7000-7000-8000-0000000000b1";
  ASSERT_OK(CreateOfficer(SampleOfficer(), kId));
  const auto number = CreateOfficer(SampleOfficer());
  EXPECT_THAT(number, StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  EXPECT_EQ(DetailOf(number.status())->metadata.at("field"), "officer.certificate_number");
  const auto id = CreateOfficer(SampleOfficer("津消执2023002"), kId);
  EXPECT_THAT(id, StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  EXPECT_EQ(DetailOf(id.status())->metadata.at("field"), "officer_id");
  EXPECT_THAT(CreateOfficer(SampleOfficer("津消执2023003"), "x"), HasViolation("officer_id"));
}

TEST_F(OfficerTest, AreRefusedWithPeriodsThatEndBeforeTheyStart) {
  v1::Officer officer = SampleOfficer();
  *officer.mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2019, 12, 31));
  *officer.mutable_post_end() = rpc::ToDate(absl::CivilDay(2018, 6, 30));
  const auto status = CreateOfficer(officer);
  EXPECT_THAT(status, HasViolation("officer.certificate_end"));
  EXPECT_THAT(status, HasViolation("officer.post_end"));
}

TEST_F(OfficerTest, LeaveTheirPostByUpdate) {
  ASSERT_OK_AND_ASSIGN(v1::Officer officer, CreateOfficer(SampleOfficer()));
  *officer.mutable_post_end() = rpc::ToDate(absl::CivilDay(2023, 6, 30));
  ASSERT_OK_AND_ASSIGN(const v1::Officer left, UpdateOfficer(officer, {"post_end", "contact"}));
  EXPECT_EQ(left.post_end().month(), 6);
  EXPECT_EQ(left.etag(), "\"2\"");
  EXPECT_THAT(UpdateOfficer(officer, {"post_end"}),
              StatusIs(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  ASSERT_OK_AND_ASSIGN(const v1::Officer same, UpdateOfficer(left, {"*"}));
  EXPECT_EQ(same.etag(), "\"2\"");
  officer.clear_etag();
  officer.clear_post_end();
  ASSERT_OK_AND_ASSIGN(const v1::Officer back, UpdateOfficer(officer, {"post_end"}));
  EXPECT_FALSE(back.has_post_end());
}

TEST_F(OfficerTest, UpdateRefusesWhatDoesNotFit) {
  ASSERT_OK_AND_ASSIGN(v1::Officer officer, CreateOfficer(SampleOfficer()));
  EXPECT_THAT(UpdateOfficer(officer, {"name"}), HasViolation("update_mask"));
  ASSERT_OK(CreateOfficer(SampleOfficer("津消执2023002")));
  officer.set_certificate_number("津消执2023002");
  EXPECT_THAT(UpdateOfficer(officer, {"certificate_number"}),
              StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  officer.set_name("districts/120110/officers/0185766a-7000-7000-8000-00000000ffff");
  EXPECT_THAT(UpdateOfficer(officer, {"post"}), StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  v1::GetOfficerRequest request;
  request.set_name(officer.name());
  EXPECT_THAT(Call<v1::Officer>(inspector(), "GetOfficer", request),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(OfficerTest, AreListedOldestFirstByPostAndCertificate) {
  std::vector<std::string> all;
  for (int i = 0; i < 5; ++i) {
    system_.clock().Jump(system_.clock().Now() + absl::Seconds(1));
    v1::Officer officer = SampleOfficer(absl::StrCat("证", i));
    if (i == 3) officer.set_post(v1::POST_CHIEF);
    ASSERT_OK(CreateOfficer(officer));
    all.push_back(absl::StrCat("证", i));
  }
  std::vector<std::string> seen;
  std::string token;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, List("", 2, token));
    for (const v1::Officer& officer : page.officers()) seen.push_back(officer.certificate_number());
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_EQ(seen, all);
  ASSERT_OK_AND_ASSIGN(const auto chiefs, List("post = \"CHIEF\""));
  ASSERT_THAT(chiefs.officers(), SizeIs(1));
  EXPECT_EQ(chiefs.officers(0).certificate_number(), "证3");
  ASSERT_OK_AND_ASSIGN(const auto one, List("certificate_number = \"证1\""));
  EXPECT_THAT(one.officers(), SizeIs(1));
  EXPECT_THAT(List("display_name = \"王五\""),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FILTER"));
}

}  // namespace
}  // namespace rectify::venue
