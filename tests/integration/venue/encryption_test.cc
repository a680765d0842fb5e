// Personal data at rest.
#include "fixture.h"
#include "libs/rpc/convert.h"

namespace rectify::venue {
namespace {

using ::testing::SizeIs;

class EncryptionTest : public VenueTest {
 protected:
  // How many rows of any table of the schema hold `text`, in any column, as text or as bytes.
  int RowsWith(const std::string& text) {
    int found = 0;
    const absl::Status status = host_->pool().Transact("test.scan", {}, [&](pg::Tx& tx) {
      found = 0;
      ASSIGN_OR_RETURN(pg::Rows tables, tx.Exec({"test.tables", R"sql(
        select table_name from information_schema.tables
         where table_schema = 'venue' and table_type = 'BASE TABLE')sql"}));
      for (pg::Row table : tables) {
        RETURN_IF_ERROR(tx.ExecScript("drop table if exists pg_temp.hits"));
        RETURN_IF_ERROR(
            tx.ExecScript(absl::StrCat("create temp table hits as select 1 from venue.",
                                       table.Text(0), " t where t::text like '%' || '", text,
                                       "' || '%' or t::text like '%' || encode(convert_to('", text,
                                       "', 'UTF8'), 'hex') || '%'")));
        ASSIGN_OR_RETURN(pg::Rows hits,
                         tx.Exec({"test.hits", "select count(*) from pg_temp.hits"}));
        found += static_cast<int>(hits[0].Int(0));
      }
      return absl::OkStatus();
    });
    EXPECT_OK(status);
    return found;
  }
};

TEST_F(EncryptionTest, NoTableHoldsAPersonInClearText) {
  v1::Venue venue = Sample("明文可见的店名");
  venue.mutable_persons(0)->set_person_name("欧阳雪鸿");
  venue.mutable_persons(0)->mutable_contact()->set_mobile("13612345678");
  venue.mutable_persons(0)->mutable_contact()->set_email("ouyang@geheim.cn");
  const std::string request_id = "0185766a-7000-7000-8000-0000000000ab";
  ASSERT_OK_AND_ASSIGN(v1::Venue created, Create(venue, "", request_id));
  created.mutable_persons(0)->mutable_contact()->set_email("snow@geheim.cn");
  ASSERT_OK(Update(created, {"persons"}));
  ASSERT_OK(PutStreet("120110001", "张贵庄街道", "022-26543210"));

  v1::CreateOfficerRequest request;
  request.set_parent(kParent);
  v1::Officer& officer = *request.mutable_officer();
  officer.set_display_name("王五");
  officer.set_post(v1::POST_CHIEF);
  officer.set_certificate_number("证1");
  *officer.mutable_certificate_start() = rpc::ToDate(absl::CivilDay(2015, 1, 1));
  *officer.mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2030, 12, 31));
  *officer.mutable_post_start() = rpc::ToDate(absl::CivilDay(2015, 1, 1));
  officer.mutable_contact()->set_mobile("13687654321");
  officer.mutable_contact()->set_email("wang@geheim.cn");
  ASSERT_OK(Call<v1::Officer>(registrar(), "CreateOfficer", request));
  system_.Settle();

  EXPECT_GT(RowsWith("明文可见的店名"), 2);  // row, audit, event: the scan sees what is there
  for (const char* secret : {"欧阳雪鸿", "13612345678", "ouyang@geheim", "snow@geheim", "26543210",
                             "13687654321", "wang@geheim"}) {
    EXPECT_EQ(RowsWith(secret), 0) << secret;
  }
}

TEST_F(EncryptionTest, TheSameNumberHasTheSameIndexButOtherBytes) {
  ASSERT_OK(Create(Sample("甲")));
  ASSERT_OK(Create(Sample("乙")));
  EXPECT_EQ(Count("select count(distinct mobile) from venue_persons"), 2);
  EXPECT_EQ(Count("select count(distinct mobile_index) from venue_persons"), 1);
}

TEST_F(EncryptionTest, AValueMovedToAnotherRowIsNotShown) {
  ASSERT_OK_AND_ASSIGN(const v1::Venue first, Create(Sample("甲")));
  v1::Venue sample = Sample("乙");
  sample.mutable_persons(0)->mutable_contact()->set_mobile("13999999999");
  ASSERT_OK_AND_ASSIGN(const v1::Venue second, Create(sample));
  ASSERT_OK(host_->pool().Transact("test.move", {}, [&](pg::Tx& tx) {
    return tx.ExecScript(
        "update venue_persons a set mobile = b.mobile from venue_persons b where a.venue_id <> "
        "b.venue_id");
  }));
  EXPECT_EQ(Get(first.name()).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Get(second.name()).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace rectify::venue
