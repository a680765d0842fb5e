#include <zip.h>
#include <zlib.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/testing/status_matchers.h"
#include "libs/xlsx/reader.h"
#include "libs/xlsx/writer.h"

namespace rectify::xlsx {
namespace {

using ::rectify::testing::HasViolation;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Entries = std::vector<std::pair<std::string, std::string>>;

constexpr char kWorkbook[] =
    R"(<workbook xmlns:r="x"><sheets><sheet name="藏" state="hidden" r:id="rId9"/>)"
    R"(<sheet name="一" r:id="rId1"/><sheet name="二" r:id="rId2"/></sheets></workbook>)";
constexpr char kRelations[] =
    R"(<Relationships><Relationship Id="rId2" Target="worksheets/sheet2.xml"/>)"
    R"(<Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>)";

std::string Zip(const Entries& entries) {
  zip_error_t error;
  zip_source_t* buffer = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(buffer);
  zip_t* archive = zip_open_from_source(buffer, ZIP_TRUNCATE, &error);
  for (const auto& [name, content] : entries) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    EXPECT_GE(zip_file_add(archive, name.c_str(), source, 0), 0) << name;
  }
  EXPECT_EQ(zip_close(archive), 0);
  EXPECT_EQ(zip_source_open(buffer), 0);
  zip_stat_t stat;
  zip_source_stat(buffer, &stat);
  std::string file(stat.size, '\0');
  EXPECT_EQ(zip_source_read(buffer, file.data(), file.size()),
            static_cast<zip_int64_t>(file.size()));
  zip_source_close(buffer);
  zip_source_free(buffer);
  return file;
}

std::string Book(const std::string& sheet, const std::string& strings = "") {
  Entries entries = {{"xl/workbook.xml", kWorkbook},
                     {"xl/_rels/workbook.xml.rels", kRelations},
                     {"xl/worksheets/sheet1.xml", sheet}};
  if (!strings.empty()) entries.emplace_back("xl/sharedStrings.xml", strings);
  return Zip(entries);
}

// Rows as "number:cell|cell".
absl::StatusOr<std::vector<std::string>> Read(absl::string_view file) {
  std::vector<std::string> rows;
  absl::Status status = ReadRows(file, [&](Row row) {
    rows.push_back(absl::StrCat(row.number, ":", absl::StrJoin(row.cells, "|")));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return rows;
}

std::string Content(File file) {
  std::string content;
  for (int c = std::fgetc(file.get()); c != EOF; c = std::fgetc(file.get())) {
    content.push_back(static_cast<char>(c));
  }
  return content;
}

TEST(XlsxTest, WhatIsWrittenIsRead) {
  ASSERT_OK_AND_ASSIGN(const auto writer, Writer::Create("leads"));
  EXPECT_OK(writer->AddText("名称"));
  EXPECT_OK(writer->AddText("数"));
  writer->EndHeader();
  EXPECT_OK(writer->AddText("=1+1"));
  EXPECT_OK(writer->AddText(""));
  EXPECT_OK(writer->AddNumber(-117.3125));
  writer->EndRow();
  EXPECT_OK(writer->AddText("甲\n乙 <&> “丙”"));
  EXPECT_OK(writer->AddNumber(13812341234));
  writer->EndRow();
  ASSERT_OK_AND_ASSIGN(File file, writer->Finish());
  ASSERT_OK_AND_ASSIGN(const auto rows, Read(Content(std::move(file))));
  EXPECT_THAT(rows, ElementsAre("1:名称|数", "2:=1+1||-117.3125", "3:甲\n乙 <&> “丙”|13812341234"));
}

TEST(XlsxTest, ATextThatNoCellHoldsIsRefused) {
  ASSERT_OK_AND_ASSIGN(const auto writer, Writer::Create("leads"));
  EXPECT_OK(writer->AddText(std::string(Writer::kMaxCellCharacters, 'a')));
  EXPECT_EQ(writer->AddText(std::string(Writer::kMaxCellCharacters + 1, 'a')).code(),
            absl::StatusCode::kOutOfRange);
}

TEST(XlsxTest, CellsOfEveryKindAreText) {
  const std::string sheet =
      R"(<worksheet><sheetData><row r="2"><c r="A2" t="s"><v>1</v></c><c r="C2"><v>0.10000000000000001</v></c>)"
      R"(<c r="D2" t="b"><v>1</v></c><c r="E2" t="str"><f>A1&amp;"x"</f><v>结果</v></c></row>)"
      R"(<row r="3"><c r="A3"/></row>)"
      R"(<row><c t="inlineStr"><is><t>甲</t><rPh><t>jia</t></rPh><r><t>乙</t></r></is></c><c><v>1.38E10</v></c></row>)"
      R"(</sheetData></worksheet>)";
  const std::string strings =
      R"(<sst><si><t>零</t></si><si><r><t>富</t></r><r><t>文本</t></r><rPh><t>fu</t></rPh></si></sst>)";
  ASSERT_OK_AND_ASSIGN(const auto rows, Read(Book(sheet, strings)));
  EXPECT_THAT(rows, ElementsAre("2:富文本||0.1|TRUE|结果", "4:甲乙|13800000000"));
  ASSERT_OK_AND_ASSIGN(const auto nothing, Read(Book("<worksheet/>")));
  EXPECT_THAT(nothing, IsEmpty());
}

TEST(XlsxTest, WhatIsNoSheetIsRefused) {
  const std::string good = Book(R"(<worksheet><row><c t="str"><v>甲</v></c></row></worksheet>)");
  ASSERT_OK(Read(good).status());
  const Entries no_sheet = {{"xl/workbook.xml", "<workbook/>"},
                            {"xl/_rels/workbook.xml.rels", "<Relationships/>"}};
  for (const std::string& file :
       {std::string(), std::string("名称,地址\n"), good.substr(0, good.size() / 2), Zip(no_sheet),
        Zip({{"a.txt", "a"}}), Book("<worksheet><row>"), Book("no xml"),
        Book(R"(<worksheet><row><c t="s"><v>0</v></c></row></worksheet>)"),
        Zip({{"xl/workbook.xml", R"(<workbook><workbookPr date1904="1"/></workbook>)"}})}) {
    EXPECT_THAT(Read(file), HasViolation("xlsx"));
  }
}

TEST(XlsxTest, WhatUnpacksToTooMuchIsRefused) {
  // Two megabytes of one letter are packed to two kilobytes.
  EXPECT_THAT(Read(Book("<worksheet>" + std::string(size_t{2} << 20, ' ') + "</worksheet>")),
              HasViolation("xlsx"));
  Entries many;
  for (int i = 0; i <= kMaxEntries; ++i) many.emplace_back(absl::StrCat(i), "");
  EXPECT_THAT(Read(Zip(many)), HasViolation("xlsx"));
  EXPECT_THAT(Read(Book(R"(<worksheet><row><c r="ZZZ1"><v>1</v></c></row></worksheet>)")),
              HasViolation("xlsx"));
  std::string deep = "<worksheet>";
  for (int i = 0; i < 100; ++i) deep += "<a>";
  EXPECT_THAT(Read(Book(deep)), HasViolation("xlsx"));
}

// One text that every cell repeats: small in the file, large when it is read.
TEST(XlsxTest, TextThatIsRepeatedWithoutEndIsRefused) {
  std::string sheet = "<worksheet>";
  for (int i = 0; i < 600; ++i) {
    absl::StrAppend(&sheet, "<row r=\"", i + 1, "\"><c t=\"s\"><v>0</v></c></row>");
  }
  EXPECT_THAT(Read(Book(sheet + "</worksheet>",
                        "<sst><si><t>" + std::string(30'000, 'a') + "</t></si></sst>")),
              HasViolation("xlsx"));
}

TEST(XlsxTest, NoDocumentTypeNoEntities) {
  const std::string sheet = R"(<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>)"
                            R"(<worksheet><row><c t="str"><v>&b;</v></c></row></worksheet>)";
  EXPECT_THAT(Read(Book(sheet)), HasViolation("xlsx"));
}

// The size that the directory tells is not believed.
TEST(XlsxTest, AnEntryThatSaysTooLittleOfItselfIsRefused) {
  std::string file = Book("<worksheet>" + std::string(5000, ' ') + "</worksheet>");
  const size_t entry = file.rfind("xl/worksheets/sheet1.xml");
  ASSERT_NE(entry, std::string::npos);
  const size_t size_field = entry - 46 + 24;  // of the central directory: uncompressed size
  file[size_field] = 10;
  file[size_field + 1] = 0;
  EXPECT_THAT(Read(file), HasViolation("xlsx"));
}

TEST(XlsxTest, EndsWithTheErrorOfItsCaller) {
  const std::string file = Book(R"(<worksheet><row><c><v>1</v></c></row></worksheet>)");
  EXPECT_EQ(ReadRows(file, [](const Row&) { return absl::AbortedError("enough"); }).code(),
            absl::StatusCode::kAborted);
}

}  // namespace
}  // namespace rectify::xlsx
