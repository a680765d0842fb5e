#include "libs/csv/csv_reader.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/testing/status_matchers.h"

namespace rectify::csv {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Rows as "line:cell|cell", broken ones as "line!".
std::vector<std::string> Read(const std::string& file, size_t piece = 1 << 20) {
  std::vector<std::string> rows;
  CsvReader reader([&](CsvRow row) {
    rows.push_back(row.problem ? absl::StrCat(row.line, "!")
                               : absl::StrCat(row.line, ":", absl::StrJoin(row.cells, "|")));
    return absl::OkStatus();
  });
  for (size_t at = 0; at < file.size(); at += piece) EXPECT_OK(reader.Feed(file.substr(at, piece)));
  EXPECT_OK(reader.Finish());
  return rows;
}

TEST(CsvReader, ReadsTheSameRowsHoweverTheFileIsCut) {
  const std::string file = "\xEF\xBB\xBF甲,\"乙\"\r\n\r\n\"多\r\n行\",\"引\"\"号\"\r\n  \r\n末,行";
  const std::vector<std::string> rows = Read(file);
  EXPECT_THAT(rows, ElementsAre("1:甲|乙", "3:多\r\n行|引\"号", "6:末|行"));
  for (size_t piece = 1; piece < file.size(); ++piece) EXPECT_EQ(Read(file, piece), rows) << piece;
}

TEST(CsvReader, TakesEveryKindOfLineEnd) {
  EXPECT_THAT(Read("a,b\nc,d\n"), ElementsAre("1:a|b", "2:c|d"));
  EXPECT_THAT(Read("a,b\r\nc,d\r\n"), ElementsAre("1:a|b", "2:c|d"));
  EXPECT_THAT(Read("a,b\rc,d\r"), ElementsAre("1:a|b", "2:c|d"));
  EXPECT_THAT(Read("a,b\n\r\nc,d"), ElementsAre("1:a|b", "3:c|d"));
}

TEST(CsvReader, KeepsEmptyCells) {
  EXPECT_THAT(Read(",,\na,,\n\"\",\"\",b\n"), ElementsAre("1:||", "2:a||", "3:||b"));
}

TEST(CsvReader, OfAnEmptyFileHasNoRows) {
  EXPECT_THAT(Read(""), IsEmpty());
  EXPECT_THAT(Read("\xEF\xBB\xBF\r\n \r\n"), IsEmpty());
}

TEST(CsvReader, GoesOnBehindAStrayQuote) {
  EXPECT_THAT(Read("a,b\nc,\"d\"e\nf,g\n12\",x\nh,i\n"),
              ElementsAre("1:a|b", "2!", "3:f|g", "4!", "5:h|i"));
}

TEST(CsvReader, LosesNoRowToAQuoteThatIsNeverClosed) {
  EXPECT_THAT(Read("a,b\nc,\"d\ne,f\ng,h\n"), ElementsAre("1:a|b", "2!", "3:e|f", "4:g|h"));
  EXPECT_THAT(Read("a,\"b"), ElementsAre("1!"));
}

TEST(CsvReader, LosesNoRowToAQuoteInALongFile) {
  std::string file = "a,\"b\n";
  const int kRows = 5000;
  for (int i = 0; i < kRows; ++i) absl::StrAppend(&file, "x", i, ",y\n");
  const std::vector<std::string> rows = Read(file, 1000);
  ASSERT_THAT(rows, SizeIs(kRows + 1));
  EXPECT_EQ(rows[0], "1!");
  EXPECT_EQ(rows[1], "2:x0|y");
  EXPECT_EQ(rows[kRows], absl::StrCat(kRows + 1, ":x", kRows - 1, "|y"));
}

TEST(CsvReader, RefusesALineThatIsTooLongAndGoesOn) {
  const std::string file =
      absl::StrCat("a,b\n", std::string(CsvReader::kMaxRow + 1, 'x'), ",y\nc,d\n");
  EXPECT_THAT(Read(file, 1000), ElementsAre("1:a|b", "2!", "3:c|d"));
  EXPECT_THAT(Read(file), ElementsAre("1:a|b", "2!", "3:c|d"));
}

TEST(CsvReader, KeepsNulBytesForTheCheckOfTheRow) {
  const std::vector<std::string> rows = Read(std::string("a,b\0c\nd,e\n", 10));
  EXPECT_THAT(rows, ElementsAre(std::string("1:a|b\0c", 7), "2:d|e"));
}

TEST(CsvReader, EndsWithTheErrorOfItsCaller) {
  CsvReader reader([](const CsvRow&) { return absl::AbortedError("enough"); });
  EXPECT_EQ(reader.Feed("a,b\nc,d\n").code(), absl::StatusCode::kAborted);
}

}  // namespace
}  // namespace rectify::csv
