// ExportVenues, and its file imported again.
#include "fixture.h"
#include "rectify/venue/v1/venue_directory_service.pb.h"

namespace rectify::venue {
namespace {

using ::rectify::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class ExportTest : public VenueTest {
 protected:
  absl::StatusOr<std::string> Export(const std::string& filter = "") {
    std::string csv;
    bool sent = false;
    const absl::Status status = registrar().Stream(
        "rectify.venue.v1.VenueDirectory.ExportVenues",
        [&](google::protobuf::Message& message) {
          if (std::exchange(sent, true)) return false;
          auto& request = static_cast<v1::ExportVenuesRequest&>(message);
          request.set_parent(kParent);
          request.set_filter(filter);
          return true;
        },
        [&](const google::protobuf::Message& message) {
          csv += static_cast<const v1::ExportVenuesResponse&>(message).csv();
          return absl::OkStatus();
        },
        absl::Minutes(1));
    if (!status.ok()) return status;
    return csv;
  }
};

TEST_F(ExportTest, AnImportOfAnExportChangesNothing) {
  v1::Venue odd = WithoutCode("=示例,\"小店\"", "-1层\n12号");
  (*odd.mutable_external_ids())["grid"] = "G:1";
  odd.clear_point();
  ASSERT_OK(Create(Sample()));
  ASSERT_OK(Create(odd));
  ASSERT_OK_AND_ASSIGN(const std::string csv, Export());
  EXPECT_THAT(csv, StartsWith("\xEF\xBB\xBF单位名称,"));
  EXPECT_THAT(csv, HasSubstr("张**,138****1234"));
  EXPECT_THAT(csv, Not(HasSubstr("13812341234")));
  const Import import = ImportCsv(csv);
  ASSERT_OK(import.status);
  ASSERT_THAT(import.rows, SizeIs(2));
  for (const v1::ImportVenuesResponse& row : import.rows) {
    EXPECT_EQ(row.result(), v1::ImportVenuesResponse::RESULT_UNCHANGED) << row.DebugString();
  }
}

TEST_F(ExportTest, HoldsActiveVenuesOfTheFilterAndIsAudited) {
  ASSERT_OK(Create(Sample()));
  ASSERT_OK(Create(WithoutCode("示例小吃店", "金钟路1号")));
  ASSERT_OK_AND_ASSIGN(const v1::Venue closed, Create(WithoutCode("停业示例店", "金钟路2号")));
  ASSERT_OK(Close(closed.name(), "停业"));
  ASSERT_OK_AND_ASSIGN(const std::string all, Export());
  EXPECT_THAT(all, Not(HasSubstr("停业示例店")));
  ASSERT_OK_AND_ASSIGN(const std::string some, Export("display_name : \"小吃\""));
  EXPECT_THAT(some, HasSubstr("示例小吃店"));
  EXPECT_THAT(some, Not(HasSubstr("五金城")));
  EXPECT_THAT(AuditOf(kParent), SizeIs(2));
  EXPECT_THAT(Export("no_such_field = 1"),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FILTER"));
}

}  // namespace
}  // namespace rectify::venue
