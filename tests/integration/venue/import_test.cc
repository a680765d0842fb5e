// ImportVenues.
#include "absl/strings/str_join.h"
#include "fixture.h"

namespace rectify::venue {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

using ::rectify::testing::kInvalid;
constexpr char kHeader[] = "单位名称,类别,性质,统一社会信用代码,无代码原因,地址,街道,外部编号\n";

// "2+" created, "2~" updated, "2=" unchanged, "2!" refused.
std::vector<std::string> Short(const std::vector<v1::ImportVenuesResponse>& rows) {
  std::vector<std::string> texts;
  for (const auto& row : rows) {
    constexpr const char* kMarks[] = {"?", "+", "~", "=", "!"};
    texts.push_back(absl::StrCat(row.line(), kMarks[row.result()]));
    EXPECT_EQ(row.venue().empty(), row.result() == v1::ImportVenuesResponse::RESULT_REFUSED);
    EXPECT_EQ(row.problems().empty(), row.result() != v1::ImportVenuesResponse::RESULT_REFUSED);
  }
  return texts;
}

std::string Row(const std::string& name, const std::string& uscc = "",
                const std::string& address = "津塘路1号", const std::string& external = "") {
  return absl::StrCat(name, ",人员密集,宾馆,", uscc, ",", uscc.empty() ? "无照经营" : "", ",",
                      address, ",张贵庄街道,", external, "\n");
}

class ImportTest : public VenueTest {
 protected:
  Import Ok(const std::string& csv, size_t piece = 1 << 16) {
    Import import = ImportCsv(csv, piece);
    EXPECT_OK(import.status);
    return import;
  }
};

TEST_F(ImportTest, RegistersEachRowWithItsOwnEventAndAudit) {
  const Import import = Ok(absl::StrCat(kHeader, Row("甲店", kUscc), Row("乙店"), Row("丙店")));
  EXPECT_THAT(Short(import.rows), ElementsAre("2+", "3+", "4+"));
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Get(import.rows[0].venue()));
  EXPECT_EQ(venue.display_name(), "甲店");
  EXPECT_EQ(venue.venue_class(), v1::VENUE_CLASS_CROWDED);
  EXPECT_EQ(venue.street(), kStreet);
  EXPECT_THAT(EventTypesOf(venue.name()), ElementsAre("rectify.venue.v1.VenueRegistered"));
  const auto audit = AuditOf(venue.name());
  ASSERT_THAT(audit, SizeIs(1));
  EXPECT_EQ(audit[0].action(), "ImportVenues");
  EXPECT_EQ(audit[0].actor(), "users/deng.ji");
  EXPECT_THAT(audit[0].actor_roles(), ElementsAre("REGISTRAR"));
}

TEST_F(ImportTest, TheSameFileTwiceChangesNothing) {
  const std::string file =
      absl::StrCat(kHeader, Row("甲店", kUscc), Row("乙店"), Row("丙店", "", "三号", "grid:3"),
                   Row("丁店"), Row("戊店", kOtherUscc));
  Ok(file);
  const size_t events = Events().size();
  const int64_t audits = Count("select count(*) from audit_entry");
  const Import again = Ok(file);
  EXPECT_THAT(Short(again.rows), ElementsAre("2=", "3=", "4=", "5=", "6="));
  EXPECT_EQ(Events().size(), events);
  EXPECT_EQ(Count("select count(*) from audit_entry"), audits);
  EXPECT_EQ(Count("select count(*) from venues"), 5);
}

TEST_F(ImportTest, GoesOnAfterAStreamThatBrokeOff) {
  std::string file = kHeader;
  for (int i = 0; i < 8; ++i) file += Row(absl::StrCat("店", i));
  // The first piece has two whole batches and a part of the third; then the client is gone.
  bool sent = false;
  const absl::Status broken = registrar().Stream(
      "rectify.venue.v1.VenueRegistry.ImportVenues",
      [&](google::protobuf::Message& message) {
        auto& request = static_cast<v1::ImportVenuesRequest&>(message);
        request.set_parent(sent ? "districts/120110/" : kParent);
        if (!sent) request.set_csv(file.substr(0, file.size() - 40));
        return !std::exchange(sent, true) || true;
      },
      [](const google::protobuf::Message&) { return absl::OkStatus(); }, absl::Seconds(20));
  EXPECT_EQ(broken.code(), kInvalid);
  EXPECT_EQ(Count("select count(*) from venues"), 6);
  const Import again = Ok(file);
  EXPECT_THAT(Short(again.rows), ElementsAre("2=", "3=", "4=", "5=", "6=", "7=", "8+", "9+"));
}

TEST_F(ImportTest, AReplayedFileNamesItsVenuesAlike) {
  const std::string file =
      absl::StrCat(kHeader, Row("甲店", kUscc), Row("乙店", "", "二号", "key:b"));
  const Import first = Ok(file);
  ASSERT_OK(host_->pool().Transact(
      "test.wipe", {}, [](pg::Tx& tx) { return tx.ExecScript("truncate venues cascade"); }));
  const Import second = Ok(file);
  ASSERT_THAT(second.rows, SizeIs(2));
  EXPECT_THAT(Short(second.rows), ElementsAre("2+", "3+"));
  EXPECT_EQ(first.rows[0].venue(), second.rows[0].venue());
  EXPECT_EQ(first.rows[1].venue(), second.rows[1].venue());
}

TEST_F(ImportTest, KeepsGoodRowsAndNamesTheColumnsOfBadOnes) {
  const Import import = Ok(absl::StrCat(
      kHeader, Row("甲店", kUscc), ",密集,宾馆,91120110MA05RC0A0A,,址,海河街道,\n", Row("乙店"),
      "太多,人员密集,宾馆,,原因,址,张贵庄街道,,多余\n", "太少,人员密集\n", Row("丙店")));
  EXPECT_THAT(Short(import.rows), ElementsAre("2+", "3!", "4+", "5!", "6!", "7+"));
  const std::string problems = absl::StrJoin(import.rows[1].problems(), "|");
  for (const char* part : {"单位名称必填", "类别“密集”无法识别", "统一社会信用代码的校验码应为R",
                           "街道“海河街道”未登记"}) {
    EXPECT_THAT(problems, HasSubstr(part));
  }
  EXPECT_THAT(import.rows[3].problems(0), HasSubstr("有9列，表头有8列"));
}

TEST_F(ImportTest, CountsThePhysicalLinesOfQuotedCells) {
  const Import import = Ok(
      absl::StrCat(kHeader, "\"甲店\",人员密集,宾馆,,\"无\n照\n经营\",\"一\r\n号\",张贵庄街道,\n",
                   "\n", Row("乙店", "bad"), Row("丙店")));
  EXPECT_THAT(Short(import.rows), ElementsAre("2+", "7!", "8+"));
}

TEST_F(ImportTest, DoesNotDependOnHowTheFileIsCut) {
  const std::string file =
      absl::StrCat("\xEF\xBB\xBF", kHeader, Row("甲（𠮷）店", kUscc),
                   "\"乙\"\"店\"\"\",人员密集,宾馆,,无照,\"一,二\r\n号\",张贵庄街道,\r\n");
  EXPECT_THAT(Short(Ok(file, 1).rows), ElementsAre("2+", "3+"));
  EXPECT_THAT(Short(Ok(file, 7).rows), ElementsAre("2=", "3="));
  ASSERT_OK_AND_ASSIGN(const v1::Venue second, Get(Ok(file).rows[1].venue()));
  EXPECT_EQ(second.display_name(), "乙\"店\"");
  EXPECT_EQ(second.address(), "一,二\n号");
}

TEST_F(ImportTest, RefusesRowsWithBadBytesButKeepsTheOthers) {
  const std::string nul("甲\0店", 7);
  const Import import =
      Ok(absl::StrCat(kHeader, Row(nul), Row("\xB5\xA5\xCE\xBB"), Row("乙店"), Row("丙\x07店"),
                      "丁,\"人员\"密集,宾馆,,无,址,张贵庄街道,\n", Row("戊店")));
  EXPECT_THAT(Short(import.rows), ElementsAre("2!", "3!", "4+", "5!", "6!", "7+"));
  EXPECT_THAT(import.rows[0].problems(0), HasSubstr("单位名称"));
  EXPECT_THAT(import.rows[1].problems(0), AllOf(HasSubstr("单位名称"), HasSubstr("UTF-8")));
  EXPECT_THAT(import.rows[4].problems(0), HasSubstr("引号"));
}

TEST_F(ImportTest, RefusesCellsThatAreTooLong) {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "店";
  const Import import = Ok(absl::StrCat(kHeader, Row(name), Row(name + "长"),
                                        Row(std::string(40000, 'x')), Row("乙店")));
  EXPECT_THAT(Short(import.rows), ElementsAre("2+", "3!", "4!", "5+"));
  EXPECT_THAT(import.rows[1].problems(0), HasSubstr("单位名称最多200个字符"));
}

TEST_F(ImportTest, RefusesAHeaderThatCantBeUsed) {
  for (const std::string& file :
       {std::string(), std::string("\xEF\xBB\xBF"), std::string("单位名称,备注\n"),
        std::string("单位名称,类别\n甲,人员密集\n"), std::string("\"单位名称\n"),
        std::string("\xB5\xA5\xCE\xBB\xC3\xFB\xB3\xC6\n")}) {
    const Import import = ImportCsv(file);
    EXPECT_THAT(import.status, StatusIs(kInvalid, "CSV_INVALID")) << file;
    EXPECT_THAT(import.status, HasViolation("csv"));
    EXPECT_THAT(import.rows, IsEmpty());
  }
  EXPECT_EQ(Count("select count(*) from venues"), 0);
}

TEST_F(ImportTest, TakesAFileWithAHeaderOnly) { EXPECT_THAT(Ok(kHeader).rows, IsEmpty()); }

TEST_F(ImportTest, UpdatesKnownVenuesWithOneEventPerVersion) {
  const Import first = Ok(absl::StrCat(kHeader, Row("甲店", kUscc, "一号", "grid:1")));
  const Import second =
      Ok(absl::StrCat(kHeader, Row("甲店", kUscc, "二号"), Row("新名店", kUscc, "三号", "grid:1"),
                      Row("新名店", kUscc, "三号", "cad:9"), Row("新名店", kUscc, "三号")));
  EXPECT_THAT(Short(second.rows), ElementsAre("2~", "3~", "4~", "5="));
  for (const auto& row : second.rows) EXPECT_EQ(row.venue(), first.rows[0].venue());
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Get(first.rows[0].venue()));
  EXPECT_EQ(venue.display_name(), "新名店");
  EXPECT_EQ(venue.external_ids().size(), 2);
  EXPECT_EQ(venue.etag(), "\"4\"");
  int64_t version = 0;
  for (const auto& event : Events()) {
    if (event.aggregate() != venue.name()) continue;
    EXPECT_EQ(event.aggregate_version(), ++version);
  }
  EXPECT_EQ(version, 4);
  EXPECT_THAT(AuditOf(venue.name()), SizeIs(4));
}

TEST_F(ImportTest, TakesARowTwiceInOneFileAsOneVenue) {
  const Import import = Ok(absl::StrCat(kHeader, Row("甲店", kUscc), Row("甲店", kUscc),
                                        Row("甲店", kUscc, "二号"), Row("甲店", kUscc, "二号")));
  EXPECT_THAT(Short(import.rows), ElementsAre("2+", "3=", "4~", "5="));
}

TEST_F(ImportTest, RefusesRowsOfClosedVenuesAndTakenKeys) {
  const Import first = Ok(absl::StrCat(kHeader, Row("甲店", kUscc, "一号", "grid:1"),
                                       Row("乙店", kOtherUscc, "二号", "grid:2")));
  ASSERT_OK(Close(first.rows[0].venue(), "搬离"));
  const Import second = Ok(
      absl::StrCat(kHeader, Row("甲店", kUscc, "一号"), Row("丙店", "", "三号", "grid:1"),
                   Row("丁店", "", "四号", "grid:1;grid2:2"), Row("戊店", "", "五号", "grid:3")));
  EXPECT_THAT(Short(second.rows), ElementsAre("2!", "3!", "4!", "5+"));
  EXPECT_THAT(second.rows[0].problems(0), HasSubstr("已关闭"));
  const Import third = Ok(absl::StrCat(kHeader, Row("乙店", kOtherUscc, "二号", "grid:3")));
  EXPECT_THAT(Short(third.rows), ElementsAre("2!"));
  EXPECT_THAT(third.rows[0].problems(0), HasSubstr("乙店"));
}

TEST_F(ImportTest, ExchangesKeysOfTwoVenues) {
  Ok(absl::StrCat(kHeader, Row("甲店", kUscc, "一号", "grid:1"),
                  Row("乙店", kUscc, "二号", "grid:2")));
  // Not at once, because no order of single rows is free of collisions.
  const Import swap = Ok(absl::StrCat(kHeader, Row("乙店", kUscc, "一号", "grid:1"),
                                      Row("甲店", kUscc, "二号", "grid:2")));
  EXPECT_THAT(Short(swap.rows), ElementsAre("2!", "3!"));
  // By way of a third name within one batch, which one statement can't write.
  const Import cycle =
      Ok(absl::StrCat(kHeader, Row("丙店", kUscc, "一号", "grid:1"),
                      Row("甲店", kUscc, "二号", "grid:2"), Row("乙店", kUscc, "一号", "grid:1")));
  EXPECT_THAT(Short(cycle.rows), ElementsAre("2~", "3~", "4~"));
  EXPECT_THAT(*Find("external_id = \"grid:1\""), ElementsAre("乙店"));
  EXPECT_THAT(*Find("external_id = \"grid:2\""), ElementsAre("甲店"));
}

TEST_F(ImportTest, ReadsEveryColumnInEnglishToo) {
  const Import import = Ok(
      "display_name,venue_class,kind,uscc,no_uscc_reason,address,street,longitude,latitude,datum,"
      "external_ids,key_unit,responsible_person,responsible_person_mobile,"
      "responsible_person_email,manager,manager_mobile,manager_email\n"
      "甲店,SENSITIVE,CARE_HOME,91120110MA05RC0A0R,,一号,120110007,117.4,39.1,BD-09,grid:1;cad:2,"
      "true,张三丰,13812341234,z@a.cn,李四,13900000000,\n");
  EXPECT_THAT(Short(import.rows), ElementsAre("2+"));
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Get(import.rows[0].venue()));
  EXPECT_EQ(venue.kind(), v1::VENUE_KIND_CARE_HOME);
  EXPECT_EQ(venue.street(), "districts/120110/streets/120110007");
  EXPECT_EQ(venue.point().datum(), v1::DATUM_BD09);
  EXPECT_EQ(venue.external_ids().size(), 2);
  EXPECT_TRUE(venue.key_unit());
  ASSERT_THAT(venue.persons(), SizeIs(2));
  EXPECT_EQ(venue.persons(1).role(), v1::PERSON_ROLE_MANAGER);
  EXPECT_EQ(venue.persons(1).contact().mobile(), "139****0000");
}

TEST_F(ImportTest, LeavesColumnsThatTheFileLacksAndKeepsMaskedContacts) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue venue, Create(Sample("甲店")));
  const Import import =
      Ok("单位名称,类别,性质,统一社会信用代码,地址,街道,责任人,责任人手机\n"
         "甲店,混合生产经营,专业市场,91120110MA05RC0A0R,津塘路1号,张贵庄,张**,138****1234\n");
  EXPECT_THAT(Short(import.rows), ElementsAre("2="));
  EXPECT_EQ(import.rows[0].venue(), venue.name());
}

TEST_F(ImportTest, WantsItsParentFirstAndTheSameThroughout) {
  const auto run = [&](rpc::Client& client, std::vector<std::string> parents) {
    size_t next = 0;
    return client.Stream(
        "rectify.venue.v1.VenueRegistry.ImportVenues",
        [&](google::protobuf::Message& message) {
          if (next == parents.size()) return false;
          static_cast<v1::ImportVenuesRequest&>(message).set_parent(parents[next++]);
          static_cast<v1::ImportVenuesRequest&>(message).set_csv(next == 1 ? kHeader : "");
          return true;
        },
        [](const google::protobuf::Message&) { return absl::OkStatus(); }, absl::Seconds(20));
  };
  EXPECT_THAT(run(registrar(), {""}), StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_THAT(run(registrar(), {}), HasViolation("parent"));
  EXPECT_THAT(run(registrar(), {kParent, "districts/120111"}),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_OK(run(registrar(), {kParent, "", kParent}));
  EXPECT_THAT(run(elsewhere(), {kParent}), StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_THAT(run(inspector(), {kParent}),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
}

TEST_F(ImportTest, GoesThroughManyBatchesInOrder) {
  std::string file = kHeader;
  std::vector<std::string> expected;
  for (int i = 0; i < 400; ++i) {
    const bool bad = i % 50 == 49;
    file += Row(bad ? "" : absl::StrCat("店", i));
    expected.push_back(absl::StrCat(i + 2, bad ? "!" : "+"));
  }
  EXPECT_EQ(Short(Ok(file, 1000).rows), expected);
  EXPECT_EQ(Count("select count(*) from venues"), 392);
  EXPECT_EQ(Events().size(), 392u + 2);  // and two streets
}

}  // namespace
}  // namespace rectify::venue
