#include "fixture.h"

#include <algorithm>

#include "libs/events/feed.h"
#include "services/venue_registry/service.h"

namespace rectify::venue {

VenueTest::VenueTest() : system_(absl::FromUnixSeconds(1672710000), {"venue"}) {
  host_ = &system_.Start("venue", Migrations(), [](service::Host& host) {
    return RegisterVenue(host, {.field_key = "", .import_batch_rows = 3});
  });
  EXPECT_OK(PutStreet("120110001", "张贵庄街道"));
  EXPECT_OK(PutStreet("120110007", "金钟街道"));
}

v1::Venue VenueTest::Sample(const std::string& display_name) {
  v1::Venue venue;
  venue.set_display_name(display_name);
  venue.set_venue_class(v1::VENUE_CLASS_MIXED_BUSINESS);
  venue.set_kind(v1::VENUE_KIND_MARKET);
  venue.set_uscc(kUscc);
  venue.set_address("津塘路1号");
  venue.set_street(kStreet);
  venue.mutable_point()->set_longitude(117.44254825);
  venue.mutable_point()->set_latitude(39.06171056);
  venue.mutable_point()->set_datum(v1::DATUM_CGCS2000);
  v1::ResponsiblePerson& person = *venue.add_persons();
  person.set_role(v1::PERSON_ROLE_RESPONSIBLE_PERSON);
  person.set_person_name("张三丰");
  person.mutable_contact()->set_mobile("13812341234");
  person.mutable_contact()->set_email("sanfeng@example.cn");
  return venue;
}

v1::Venue VenueTest::WithoutCode(const std::string& display_name, const std::string& address) {
  v1::Venue venue = Sample(display_name);
  venue.clear_uscc();
  venue.set_no_uscc_reason("无照经营");
  venue.set_address(address);
  return venue;
}

absl::StatusOr<v1::Venue> VenueTest::Create(const v1::Venue& venue, const std::string& venue_id,
                                            const std::string& request_id) {
  v1::CreateVenueRequest request;
  request.set_parent(kParent);
  request.set_venue_id(venue_id);
  *request.mutable_venue() = venue;
  request.set_request_id(request_id);
  return Call<v1::Venue>(inspector(), "CreateVenue", request);
}

absl::StatusOr<v1::Venue> VenueTest::Get(const std::string& name) {
  v1::GetVenueRequest request;
  request.set_name(name);
  return Call<v1::Venue>(inspector(), "GetVenue", request);
}

absl::StatusOr<v1::Venue> VenueTest::Update(const v1::Venue& venue,
                                            const std::vector<std::string>& paths,
                                            const std::string& request_id) {
  v1::UpdateVenueRequest request;
  *request.mutable_venue() = venue;
  for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
  request.set_request_id(request_id);
  return Call<v1::Venue>(inspector(), "UpdateVenue", request);
}

absl::StatusOr<v1::Venue> VenueTest::Close(const std::string& name, const std::string& reason,
                                           const std::string& etag) {
  v1::CloseVenueRequest request;
  request.set_name(name);
  request.set_reason(reason);
  request.set_etag(etag);
  return Call<v1::Venue>(registrar(), "CloseVenue", request);
}

absl::StatusOr<std::vector<std::string>> VenueTest::Find(const std::string& filter) {
  v1::ListVenuesRequest request;
  request.set_parent(kParent);
  request.set_filter(filter);
  absl::StatusOr<v1::ListVenuesResponse> response =
      Call<v1::ListVenuesResponse>(inspector(), "ListVenues", request);
  if (!response.ok()) return response.status();
  std::vector<std::string> names;
  for (const v1::Venue& venue : response->venues()) names.push_back(venue.display_name());
  return names;
}

absl::StatusOr<v1::Street> VenueTest::PutStreet(const std::string& code,
                                                const std::string& display_name,
                                                const std::string& mobile,
                                                const std::string& etag) {
  v1::UpdateStreetRequest request;
  request.mutable_street()->set_name(absl::StrCat(kParent, "/streets/", code));
  request.mutable_street()->set_display_name(display_name);
  request.mutable_street()->mutable_contact()->set_mobile(mobile);
  request.mutable_street()->set_etag(etag);
  return Call<v1::Street>(registrar(), "UpdateStreet", request);
}

VenueTest::Import VenueTest::ImportCsv(const std::string& csv, size_t piece,
                                       const std::string& import_id) {
  Import import;
  size_t sent = 0;
  bool first = true;
  import.status = registrar().Stream(
      "rectify.venue.v1.VenueRegistry.ImportVenues",
      [&](google::protobuf::Message& message) {
        if (!first && sent == csv.size()) return false;
  auto& request = static_cast<v1::ImportVenuesRequest&>(message);
  if (first) request.set_parent(kParent);
  if (first) request.set_import_id(import_id);
  first = false;
  const size_t size = std::min(piece, csv.size() - sent);
  request.set_csv(csv.substr(sent, size));
  sent += size;
  return true;
},
      [&](const google::protobuf::Message& message) {
  import.rows.push_back(static_cast<const v1::ImportVenuesResponse&>(message));
  return absl::OkStatus();
      },
      absl::Minutes(1));
return import;
}  // namespace rectify::venue

std::vector<event::v1::EventEnvelope> VenueTest::Events() {
  system_.Settle();
  events::LocalFeed feed(host_->pool(), "venue");
  event::v1::ReadEventsRequest request;
  request.set_source("venue");
  request.set_feed("internal");
  std::vector<event::v1::EventEnvelope> events;
  while (true) {
    absl::StatusOr<event::v1::ReadEventsResponse> response = feed.Read(request);
    EXPECT_OK(response);
    if (!response.ok() || response->events().empty()) return events;
    events.insert(events.end(), response->events().begin(), response->events().end());
    request.set_after_position(events.back().position());
    request.set_after_epoch(events.back().epoch());
    request.set_after_chain(events.back().chain());
  }
}

std::vector<std::string> VenueTest::EventTypesOf(const std::string& aggregate) {
  std::vector<std::string> types;
  for (const event::v1::EventEnvelope& event : Events()) {
    if (event.aggregate() == aggregate) types.push_back(event.type());
  }
  return types;
}

std::vector<audit::v1::AuditEntry> VenueTest::AuditOf(const std::string& name) {
  audit::v1::ListAuditEntriesRequest request;
  request.set_subject(name);
  absl::StatusOr<audit::v1::ListAuditEntriesResponse> response =
      registrar().Unary<audit::v1::ListAuditEntriesResponse>(
          "rectify.audit.v1.AuditTrail.ListAuditEntries", request);
  EXPECT_OK(response);
  if (!response.ok()) return {};
  return {response->entries().begin(), response->entries().end()};
}

int64_t VenueTest::Count(const char* sql) {
  absl::StatusOr<int64_t> count =
      host_->pool().TransactValue("test.count", {}, [&](pg::Tx& tx) -> absl::StatusOr<int64_t> {
        ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec({sql, sql}));
        return rows[0].Int(0);
      });
  EXPECT_OK(count);
  return count.value_or(-1);
}

}  // namespace rectify::venue
