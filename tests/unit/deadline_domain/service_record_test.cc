#include "services/rectification_deadlines/domain/service_record.h"

#include "tests/unit/deadline_domain/order_samples.h"

namespace rectify::deadline::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::kPrecondition;
using ::rectify::testing::StatusIs;
using ::testing::UnorderedElementsAreArray;

const absl::Time kIssued = At(2023, 1, 5, 11);
const absl::Time kRecorded = At(2023, 1, 6, 16);

// With nothing but what every service has.
ServiceRecord Bare(ServiceMethod method) {
  ServiceRecord service = ServiceAt(kRecorded);
  service.method = method;
  service.proof = "";
  return service;
}

absl::Status Check(const ServiceRecord& service, absl::Time now = kRecorded,
                   const ServiceRule& rule = {}) {
  return CheckService(service, kIssued, rule, now);
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  const auto detail = DetailOf(status);
  if (!detail) return fields;
  for (const FieldViolation& violation : detail->violations) {
    fields.push_back(violation.field);
    EXPECT_FALSE(violation.text.zh.empty());
    EXPECT_FALSE(violation.text.en.empty());
  }
  return fields;
}

TEST(ServiceRecordTest, EachMethodNamesAllThatItsProofLacks) {
  const std::vector<std::pair<ServiceMethod, std::vector<std::string>>> needs = {
      {ServiceMethod::kDirect, {"service.proof"}},
      {ServiceMethod::kLeft, {"service.refusal", "service.place", "service.witness"}},
      {ServiceMethod::kMail, {"service.tracking_number"}},
      {ServiceMethod::kEntrusted, {"service.entrusted_organ", "service.proof"}},
      {ServiceMethod::kElectronic, {"service.consent"}},
      {ServiceMethod::kPublicNotice, {"service.publication", "service.publish_date"}},
  };
  for (const auto& [method, fields] : needs) {
    const absl::Status status = Check(Bare(method));
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
    EXPECT_THAT(FieldsOf(status), UnorderedElementsAreArray(fields)) << static_cast<int>(method);
  }
}

TEST(ServiceRecordTest, IsCompleteWithTheProofOfItsOwnMethod) {
  ServiceRecord service = Bare(ServiceMethod::kDirect);
  service.proof = "送达回证 1 号";
  EXPECT_OK(Check(service));
  service = Bare(ServiceMethod::kLeft);
  service.refusal = "拒绝签收";
  service.place = "值班室";
  ServiceRecord filmed = service;
  filmed.video = "录像 0106";
  EXPECT_OK(Check(filmed));
  service.witness = "社区工作人员";
  EXPECT_OK(Check(service));
  service = Bare(ServiceMethod::kMail);
  service.tracking_number = "EMS1";
  EXPECT_OK(Check(service));
  service = Bare(ServiceMethod::kEntrusted);
  service.entrusted_organ = "西青区消防救援支队";
  service.proof = "送达回证 2 号";
  EXPECT_OK(Check(service));
}

TEST(ServiceRecordTest, AMessageWithoutConsentIsNoServiceWhateverElseProvesIt) {
  ServiceRecord service = Bare(ServiceMethod::kElectronic);
  service.proof = "邮件回执";
  service.tracking_number = "x";
  EXPECT_THAT(Check(service), HasViolation("service.consent"));
  service.consent = "送达方式确认书 3 号";
  EXPECT_OK(Check(service));
}

class NoticeTest : public ::testing::Test {
 protected:
  static ServiceRecord Published(int day_of_january, absl::Time served) {
    ServiceRecord service = Bare(ServiceMethod::kPublicNotice);
    service.publication = "天津日报";
    service.publish_date = absl::CivilDay(2023, 1, day_of_january);
    service.serve_time = served;
    return service;
  }
};

TEST_F(NoticeTest, ServesOnTheLastDayOfItsPeriodAndNotBeforeThatIsOver) {
  const auto notice = Published(5, At(2023, 2, 4, 23, 59));
  EXPECT_THAT(Check(notice, At(2023, 2, 4, 23, 59)), StatusIs(kPrecondition, "DATE_ORDER"));
  EXPECT_OK(Check(notice, At(2023, 2, 5, 0)));
  for (const absl::Time wrong : {At(2023, 2, 3, 23, 59), At(2023, 2, 5, 0)}) {
    const absl::Status status = Check(Published(5, wrong), At(2023, 2, 10));
    EXPECT_THAT(status, StatusIs(kPrecondition, "DATE_ORDER"));
    EXPECT_THAT(status, HasViolation("service.serve_time"));
  }
}

TEST_F(NoticeTest, HasTheDaysThatThePolicySays) {
  const absl::Time now = At(2023, 4, 1);
  EXPECT_THAT(Check(Published(5, At(2023, 3, 6)), now), StatusIs(kPrecondition, "DATE_ORDER"));
  EXPECT_OK(Check(Published(5, At(2023, 3, 6)), now, {.public_notice_days = 60}));
}

TEST_F(NoticeTest, IsPublishedAfterTheDocumentIsIssued) {
  const absl::Status status = Check(Published(4, At(2023, 2, 3)), At(2023, 2, 10));
  EXPECT_THAT(status, StatusIs(kPrecondition, "DATE_ORDER"));
  EXPECT_THAT(status, HasViolation("service.publish_date"));
}

TEST_F(NoticeTest, TheTermOfAnItemRunsFromTheDayOnWhichItServed) {
  const absl::Time now = At(2023, 2, 6);
  ASSERT_OK_AND_ASSIGN(const Order order,
                       Serve(Issued(Drafted({10})), Published(5, At(2023, 2, 4)), TwoOfficers(),
                             ShippedPolicy(), ReadCalendar(), now));
  EXPECT_EQ(order.items[0].due_date, absl::CivilDay(2023, 2, 14));
}

}  // namespace
}  // namespace rectify::deadline::domain
