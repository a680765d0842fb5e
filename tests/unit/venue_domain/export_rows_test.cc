// Files that are exported read back as what they were made of.
#include "services/venue_registry/domain/export_rows.h"

#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "samples.h"
#include "services/venue_registry/domain/import_columns.h"
#include "services/venue_registry/domain/sheet_cells.h"

namespace rectify::venue::domain {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(SheetCellsTest, EveryWordThatIsWrittenIsRead) {
  for (int value = 1; value <= static_cast<int>(VenueClass::kProductionStorage); ++value) {
    EXPECT_EQ(ClassWords().at(ClassWord(value)), value);
  }
  for (int value = 1; value <= static_cast<int>(VenueKind::kOther); ++value) {
    EXPECT_EQ(KindWords().at(KindWord(value)), value);
  }
  for (int value = 1; value <= static_cast<int>(Datum::kBd09); ++value) {
    EXPECT_EQ(DatumWords().at(DatumWord(value)), value);
  }
  EXPECT_EQ(ClassWord(99), "");
}

TEST(ExportRowsTest, BeginWithAMarkAndTheColumnsOfAnImport) {
  EXPECT_THAT(ExportHeader(), StartsWith("\xEF\xBB\xBF单位名称,类别,性质,统一社会信用代码"));
  EXPECT_THAT(ExportHeader(), EndsWith("管理人邮箱,活动类别\r\n"));
}

TEST(ExportRowsTest, ShowPersonsMasked) {
  const std::string line = ExportLine(SampleVenue());
  EXPECT_THAT(line, HasSubstr("张**,138****1234,z***@a.cn"));
  EXPECT_THAT(line, Not(HasSubstr("13812341234")));
}

TEST(ExportRowsTest, QuoteWhatCsvWouldPartAndKeepEveryDigit) {
  Venue venue = SampleVenue();
  venue.fields.display_name = "示例\"五金\",二店";
  venue.fields.address = "-1层";
  venue.fields.external_ids = {{"grid", "A-1"}, {"odd", "a;b"}};
  venue.fields.campaign_classes["zdfx-2023"] = {VenueClass::kSensitive, "", {}};
  const std::string line = ExportLine(venue);
  EXPECT_THAT(line, StartsWith("\"示例\"\"五金\"\",二店\",混合生产经营,集贸市场,"));
  EXPECT_THAT(line, HasSubstr(",'-1层,120110001,117.44254825,39.06171056,CGCS2000,grid:A-1,是,"));
  EXPECT_THAT(line, EndsWith(",zdfx-2023:敏感特殊\r\n"));
}

}  // namespace
}  // namespace rectify::venue::domain
