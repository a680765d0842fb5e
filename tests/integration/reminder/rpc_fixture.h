// The service with the real registry behind it, under a simulated clock.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/rpc/convert.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/system/test_system.h"
#include "rectify/reminder/v1/reminder_service.pb.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/reminder_dispatch/api/policy_file.h"
#include "services/reminder_dispatch/events/deadline_consumer.h"
#include "services/reminder_dispatch/service.h"
#include "services/venue_registry/service.h"
#include "tests/integration/reminder/fixture.h"
#include "tests/integration/reminder/receivers.h"

namespace rectify::reminder {

inline constexpr char kParent[] = "districts/120110";

class RpcTest : public ::testing::Test {
 protected:
  RpcTest() : system_(At(1, 3, 10), {"deadline", "venue", "reminder"}) {
    config_.smtp = mail_.url();
    config_.file_outbox = system_.folder() + "/letters";
    StartVenue();
    host_ = &system_.Start("reminder", Migrations(),
                           [&](service::Host& host) { return RegisterReminder(host, config_); });
    RegisterNames();
  }

  void StartVenue() {
    system_.Start("venue", venue::Migrations(), [](service::Host& host) {
      return venue::RegisterVenue(host, venue::VenueConfig());
    });
  }

  // The street, the venue and the officer that Started() names.
  void RegisterNames() {
    rpc::Client& registrar = system_.As("venue", "users/deng.ji", {"REGISTRAR"});
    venue::v1::UpdateStreetRequest street;
    street.mutable_street()->set_name(kStreet);
    street.mutable_street()->set_display_name("张贵庄街道");
    ASSERT_OK(
        registrar.Unary<venue::v1::Street>("rectify.venue.v1.VenueRegistry.UpdateStreet", street));
    venue::v1::CreateVenueRequest request;
    request.set_parent(kParent);
    request.set_venue_id(std::string(kVenue).substr(std::string(kVenue).rfind('/') + 1));
    venue::v1::Venue& venue = *request.mutable_venue();
    venue.set_display_name("示例𠮷商场");
    venue.set_venue_class(venue::v1::VENUE_CLASS_CROWDED);
    venue.set_kind(venue::v1::VENUE_KIND_MALL);
    venue.set_no_uscc_reason("无照经营");
    venue.set_address("津塘公路一号");
    venue.set_street(kStreet);
    venue::v1::ResponsiblePerson& person = *venue.add_persons();
    person.set_role(venue::v1::PERSON_ROLE_RESPONSIBLE_PERSON);
    person.set_person_name("张三");
    person.mutable_contact()->set_email("zhang@example.cn");
    ASSERT_OK(
        registrar.Unary<venue::v1::Venue>("rectify.venue.v1.VenueRegistry.CreateVenue", request));
  }

  void Apply(const google::protobuf::Message& payload) {
    ASSERT_OK_AND_ASSIGN(const domain::Policy policy, api::LoadPolicy(""));
    const events::DeadlineConsumer consumer(policy);
    event::v1::EventEnvelope envelope;
    envelope.set_type(payload.GetDescriptor()->full_name());
    envelope.set_payload(payload.SerializeAsString());
    *envelope.mutable_occur_time() = rpc::ToTimestamp(system_.clock().Now());
    const rectify::events::Cause cause{"services/deadline",
                                       absl::StrCat("deadline/1/", ++position_), ""};
    ASSERT_OK(host_->commands().Act(cause, "apply", [&](rectify::events::Change& change) {
      rectify::events::Run run = {{envelope, change}};
      return consumer(change.sql(), run);
    }));
  }

  rpc::Client& head() { return system_.As("reminder", "users/zhou", {"DEPARTMENT_HEAD"}); }

  absl::StatusOr<v1::Reminder> Get(const std::string& name) {
    v1::GetReminderRequest request;
    request.set_name(name);
    return head().Unary<v1::Reminder>("rectify.reminder.v1.ReminderDispatch.GetReminder", request);
  }

  absl::StatusOr<v1::ListRemindersResponse> List(const std::string& filter, int page_size = 0,
                                                 const std::string& token = "") {
    v1::ListRemindersRequest request;
    request.set_parent(kParent);
    request.set_filter(filter);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return head().Unary<v1::ListRemindersResponse>(
        "rectify.reminder.v1.ReminderDispatch.ListReminders", request);
  }

  absl::StatusOr<v1::ListDeliveriesResponse> Ledger(const std::string& filter = "") {
    v1::ListDeliveriesRequest request;
    request.set_parent(kParent);
    request.set_filter(filter);
    return head().Unary<v1::ListDeliveriesResponse>(
        "rectify.reminder.v1.ReminderDispatch.ListDeliveries", request);
  }

  absl::StatusOr<v1::Reminder> Retry(const std::string& name, const std::string& request_id = "") {
    v1::RetryReminderRequest request;
    request.set_name(name);
    request.set_request_id(request_id);
    return head().Unary<v1::Reminder>("rectify.reminder.v1.ReminderDispatch.RetryReminder",
                                      request);
  }

  // The only reminder that the filter finds.
  v1::Reminder Only(const std::string& filter) {
    const auto found = List(filter);
    EXPECT_OK(found);
    if (!found.ok() || found->reminders_size() != 1) {
      ADD_FAILURE() << filter << " finds " << (found.ok() ? found->reminders_size() : -1);
      return {};
    }
    return found->reminders(0);
  }

  std::string VenueFilter(const std::string& step) {
    return absl::StrCat("step = \"", step, "\" AND recipient = \"", kVenue, "\"");
  }

  // A reminder that nobody takes: dead, then its address is mended.
  v1::Reminder Dead() {
    SetEmail("nobody@example.cn");
    Apply(Started());
    system_.AdvanceTo(At(1, 27));
    const v1::Reminder reminder = Only(VenueFilter("T-7"));
    EXPECT_EQ(reminder.state(), v1::Reminder::STATE_DEAD);
    SetEmail("zhang@example.cn");
    return reminder;
  }

  void SetEmail(const std::string& email) {
    rpc::Client& registrar = system_.As("venue", "users/deng.ji", {"REGISTRAR"});
    venue::v1::GetVenueRequest get;
    get.set_name(kVenue);
    ASSERT_OK_AND_ASSIGN(auto venue, registrar.Unary<venue::v1::Venue>(
                                         "rectify.venue.v1.VenueRegistry.GetVenue", get));
    venue::v1::UpdateVenueRequest update;
    *update.mutable_venue() = venue;
    update.mutable_venue()->clear_persons();
    venue::v1::ResponsiblePerson& person = *update.mutable_venue()->add_persons();
    person.set_role(venue::v1::PERSON_ROLE_RESPONSIBLE_PERSON);
    person.set_person_name("张三");
    person.mutable_contact()->set_email(email);
    update.mutable_update_mask()->add_paths("persons");
    ASSERT_OK(
        registrar.Unary<venue::v1::Venue>("rectify.venue.v1.VenueRegistry.UpdateVenue", update));
  }

  testing::TestSystem system_;
  MailServer mail_;
  ReminderConfig config_;
  service::Host* host_ = nullptr;
  int64_t position_ = 0;
};

}  // namespace rectify::reminder
