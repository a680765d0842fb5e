// UpdateStreet, ListStreets, UpdateDepartment, ListDepartments.
#include <set>
#include <thread>

#include "fixture.h"

namespace rectify::venue {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class DeskTest : public VenueTest {
 protected:
  std::vector<std::string> StreetNames() {
    v1::ListStreetsRequest request;
    request.set_parent(kParent);
    auto response = Call<v1::ListStreetsResponse>(inspector(), "ListStreets", request);
    EXPECT_OK(response);
    std::vector<std::string> names;
    for (const v1::Street& street : response->streets()) names.push_back(street.display_name());
    return names;
  }

  absl::StatusOr<v1::Department> PutDepartment(const std::string& code,
                                               const std::string& display_name,
                                               const std::string& mobile) {
    v1::UpdateDepartmentRequest request;
    request.mutable_department()->set_name(absl::StrCat(kParent, "/departments/", code));
    request.mutable_department()->set_display_name(display_name);
    request.mutable_department()->mutable_contact()->set_mobile(mobile);
    return Call<v1::Department>(registrar(), "UpdateDepartment", request);
  }
};

TEST_F(DeskTest, StreetsAreCreatedReplacedAndListedByCode) {
  ASSERT_OK_AND_ASSIGN(const v1::Street street,
                       PutStreet("120110002", "丰年村街道", "022-24391234"));
  EXPECT_EQ(street.contact().mobile(), "022-****1234");
  EXPECT_EQ(street.etag(), "\"1\"");
  ASSERT_OK_AND_ASSIGN(const v1::Street renamed,
                       PutStreet("120110002", "丰年街道", "022-****1234"));
  EXPECT_EQ(renamed.etag(), "\"2\"");
  EXPECT_EQ(renamed.contact().mobile(), "022-****1234");
  EXPECT_THAT(StreetNames(), ElementsAre("张贵庄街道", "丰年街道", "金钟街道"));
  EXPECT_THAT(EventTypesOf(street.name()),
              ElementsAre("rectify.venue.v1.StreetUpdated", "rectify.venue.v1.StreetUpdated"));
}

TEST_F(DeskTest, TheSameStreetAgainChangesNothing) {
  ASSERT_OK_AND_ASSIGN(const v1::Street again, PutStreet("120110001", "张贵庄街道"));
  EXPECT_EQ(again.etag(), "\"1\"");
  EXPECT_THAT(EventTypesOf(kStreet), SizeIs(1));
  EXPECT_THAT(AuditOf(kStreet), SizeIs(1));
}

TEST_F(DeskTest, OfManyThatMakeItAtOnceOneIsFirst) {
  constexpr int kWriters = 8;
  for (const char* code : {"120110101", "120110102", "120110103"}) {
    std::vector<absl::StatusOr<v1::Street>> streets(kWriters, absl::UnknownError("not called"));
    std::vector<std::thread> writers;
    writers.reserve(kWriters);
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([&, i] { streets[i] = PutStreet(code, absl::StrCat("第", i, "街道")); });
    }
    for (std::thread& writer : writers) writer.join();
    std::set<std::string> etags;
    for (const auto& street : streets) {
      ASSERT_OK(street);
      etags.insert(street->etag());
    }
    EXPECT_THAT(etags, SizeIs(kWriters));
  }
}

TEST_F(DeskTest, StreetsCheckEtagCodeAndContact) {
  EXPECT_THAT(PutStreet("120110001", "新名", "", "\"7\""),
              StatusIs(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(PutStreet("120110099", "新名", "", "\"1\""),
              StatusIs(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(PutStreet("120111001", "别区街道"), HasViolation("street.name"));
  EXPECT_THAT(PutStreet("120110001", "张贵庄街道", "123"), HasViolation("street.contact.mobile"));
  EXPECT_THAT(PutStreet("120110001", " "), HasViolation("street.display_name"));
}

TEST_F(DeskTest, DepartmentsAreCreatedAndListed) {
  ASSERT_OK(PutDepartment("zhujian", "区住房和建设委员会", "13812341234"));
  ASSERT_OK(PutDepartment("jiaoyu", "区教育局", ""));
  v1::ListDepartmentsRequest request;
  request.set_parent(kParent);
  ASSERT_OK_AND_ASSIGN(const auto response,
                       Call<v1::ListDepartmentsResponse>(inspector(), "ListDepartments", request));
  ASSERT_THAT(response.departments(), SizeIs(2));
  EXPECT_EQ(response.departments(0).display_name(), "区教育局");
  EXPECT_EQ(response.departments(1).contact().mobile(), "138****1234");
  EXPECT_THAT(EventTypesOf("districts/120110/departments/jiaoyu"),
              ElementsAre("rectify.venue.v1.DepartmentUpdated"));
}

TEST_F(DeskTest, OnlyRegistrarsMayChangeThem) {
  v1::UpdateStreetRequest request;
  request.mutable_street()->set_name(kStreet);
  request.mutable_street()->set_display_name("新名");
  EXPECT_THAT(Call<v1::Street>(inspector(), "UpdateStreet", request),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
  EXPECT_THAT(Call<v1::Street>(elsewhere(), "UpdateStreet", request),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

}  // namespace
}  // namespace rectify::venue
