// Imports that break off and go on where they were.
#include "fixture.h"

namespace rectify::venue {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Result = v1::ImportVenuesResponse;

constexpr char kImport[] = "0185766a-7000-7000-8000-0000000000d1";
constexpr size_t kWhole = 1 << 16;

class ImportResumeTest : public VenueTest {
 protected:
  static std::string Row(int n) {
    return absl::StrCat("示例小店", n, ",人员密集,饭店,无照经营,金钟路", n, "号,金钟街道\n");
  }
  // The header and the rows from 1 to `last`.
  static std::string File(int last) {
    std::string file = "单位名称,类别,性质,无代码原因,地址,街道\n";
    for (int n = 1; n <= last; ++n) file += Row(n);
    return file;
  }
  static int Count(const Import& import, Result::Result result, bool already_done) {
    int count = 0;
    for (const Result& row : import.rows) {
      count += row.result() == result && row.already_done() == already_done ? 1 : 0;
    }
    return count;
  }
};

TEST_F(ImportResumeTest, GoesOnBehindTheLastCommittedBatch) {
  const Import broken = ImportCsv(File(5), kWhole, kImport);
  ASSERT_OK(broken.status);
  EXPECT_EQ(Count(broken, Result::RESULT_CREATED, false), 5);
  const Import resumed = ImportCsv(File(9), 7, kImport);
  ASSERT_OK(resumed.status);
  ASSERT_THAT(resumed.rows, SizeIs(9));
  // Four rows were done for certain; the fifth, which came last, is looked at again.
  EXPECT_EQ(Count(resumed, Result::RESULT_CREATED, true), 4);
  EXPECT_EQ(Count(resumed, Result::RESULT_UNCHANGED, false), 1);
  EXPECT_EQ(Count(resumed, Result::RESULT_CREATED, false), 4);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(resumed.rows[i].line(), i + 2);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(resumed.rows[i].venue(), broken.rows[i].venue());
  EXPECT_EQ(VenueTest::Count("select count(*) from venues"), 9);
}

TEST_F(ImportResumeTest, ARowThatWasCutOffIsReadInFull) {
  const std::string whole = File(4);
  ImportCsv(whole.substr(0, whole.size() - 20), kWhole, kImport);
  const Import resumed = ImportCsv(whole, kWhole, kImport);
  ASSERT_OK(resumed.status);
  EXPECT_EQ(Count(resumed, Result::RESULT_CREATED, true), 3);
  EXPECT_EQ(Count(resumed, Result::RESULT_CREATED, false), 1);
}

TEST_F(ImportResumeTest, RepeatsTheProblemsOfRefusedRows) {
  const std::string file =
      "单位名称,类别,性质,无代码原因,地址,街道\n"
      "示例一店,无此类别,饭店,无照经营,金钟路1号,金钟街道\n" +
      Row(2) + Row(3);
  const Import first = ImportCsv(file, kWhole, kImport);
  const Import again = ImportCsv(file, kWhole, kImport);
  ASSERT_THAT(again.rows, SizeIs(3));
  EXPECT_EQ(again.rows[0].result(), Result::RESULT_REFUSED);
  EXPECT_TRUE(again.rows[0].already_done());
  ASSERT_THAT(again.rows[0].problems(), SizeIs(1));
  EXPECT_EQ(again.rows[0].problems(0), first.rows[0].problems(0));
}

TEST_F(ImportResumeTest, AnotherFileIsRefusedBeforeAnythingIsWritten) {
  ASSERT_OK(ImportCsv(File(5), kWhole, kImport).status);
  std::string other = File(9);
  other.replace(other.find("小店2"), std::string("小店2").size(), "小店8");
  const Import changed = ImportCsv(other, kWhole, kImport);
  EXPECT_THAT(changed.status, StatusIs(absl::StatusCode::kInvalidArgument, "IMPORT_CHANGED"));
  EXPECT_THAT(changed.rows, IsEmpty());
  EXPECT_THAT(ImportCsv(File(2), kWhole, kImport).status,
              StatusIs(absl::StatusCode::kInvalidArgument, "IMPORT_CHANGED"));
  EXPECT_EQ(VenueTest::Count("select count(*) from venues"), 5);
}

TEST_F(ImportResumeTest, NeedsAUuidAndKeepsNothingWithoutOne) {
  EXPECT_THAT(ImportCsv(File(1), kWhole, "第一次").status, HasViolation("import_id"));
  ASSERT_OK(ImportCsv(File(5)).status);
  EXPECT_EQ(VenueTest::Count("select count(*) from venue_imports"), 0);
}

}  // namespace
}  // namespace rectify::venue
