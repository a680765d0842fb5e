#include "services/venue_registry/store/officer_store.h"

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/venue/v1/venue.pb.h"
#include "services/venue_registry/store/names.h"

namespace rectify::venue::store {
namespace {

using domain::Officer;

#define OFFICER_COLUMNS                                                                       \
  "district, id, display_name, post, certificate_number, certificate_start, certificate_end," \
  " post_start, post_end, version, mobile, email, webhook_uri"

constexpr pg::Statement kInsertOfficer = {"venue.insert_officer", R"sql(
  insert into officers (district, id, display_name, post, certificate_number, certificate_start,
                        certificate_end, post_start, post_end, mobile, email, webhook_uri,
                        create_time, update_time, version)
  values ($1::text, $2::uuid, $3::text, $4::smallint, $5::text, $6::date, $7::date, $8::date,
          $9::date, $10::bytea, $11::bytea, $12::text, $13::timestamptz, $13::timestamptz,
          $14::bigint))sql"};

constexpr pg::Statement kUpdateOfficer = {"venue.update_officer", R"sql(
  update officers set display_name = $3::text, post = $4::smallint, certificate_number = $5::text,
         certificate_start = $6::date, certificate_end = $7::date, post_start = $8::date,
         post_end = $9::date, mobile = $10::bytea, email = $11::bytea, webhook_uri = $12::text,
         update_time = $13::timestamptz, version = $14::bigint
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kLockOfficer = {
    "venue.lock_officer", "select " OFFICER_COLUMNS
                          " from officers where district = $1::text and id = $2::uuid for update"};

constexpr pg::Statement kReadOfficer = {
    "venue.read_officers",
    "select " OFFICER_COLUMNS " from officers where district = $1::text and id = any ($2::uuid[])"};

constexpr pg::Statement kInPost = {
    "venue.officers_in_post",
    "select " OFFICER_COLUMNS
    " from officers where district = $1::text and post = any ($2::smallint[])"
    " and post_start <= $3::date and (post_end is null or post_end >= $3::date)"
    " order by create_time, id"};

const query::ListSpec& OfficerSpec() {
  using query::ListField;
  static const auto& spec = *new query::ListSpec{
      .name = "venue.list_officers",
      .columns = OFFICER_COLUMNS,
      .from = "officers where district = $1::text",
      .fields = {{"post", ListField::Kind::kEnum, "post = $?::smallint", v1::Post_descriptor()},
                 {"certificate_number", ListField::Kind::kText, "certificate_number = $?::text"}},
      .order = {{"create_time", "timestamptz"}, {"id", "uuid"}},
  };
  return spec;
}

std::string PlaceOf(const Officer& officer) { return Place("officers", officer.id, 0); }

absl::Status Taken(const absl::Status& status) {
  const std::string constraint = pg::ConstraintOf(status);
  const bool id = constraint == "officers_district_id_pk";
  if (!id && constraint != "officers_district_certificate_number_uq") return status;
  const Text text = id ? Text{"该编号的监督员已登记", "an officer with this id exists"}
                       : Text{"该执法证号已登记", "an officer with this certificate number exists"};
  return MakeError(
      absl::StatusCode::kAlreadyExists,
      {"ALREADY_EXISTS", text, {{"field", id ? "officer_id" : "officer.certificate_number"}}, {}});
}

}  // namespace

absl::StatusOr<Officer> OfficerStore::ToOfficer(const pg::Row& row) const {
  Officer officer{.district = row.Text(0),
                  .id = row.Text(1),
                  .fields = {.display_name = row.Text(2),
                             .post = static_cast<domain::Post>(row.Int(3)),
                             .certificate_number = row.Text(4),
                             .certificate_start = row.Day(5),
                             .certificate_end = row.Day(6),
                             .post_start = row.Day(7),
                             .post_end = row.OptDay(8),
                             .contact = {}},
                  .version = row.Int(9)};
  ASSIGN_OR_RETURN(officer.fields.contact, box_.OpenContact(row, 10, PlaceOf(officer)));
  return officer;
}

absl::StatusOr<std::vector<Officer>> OfficerStore::ToOfficers(const pg::Rows& rows) const {
  std::vector<Officer> officers;
  for (pg::Row row : rows) {
    ASSIGN_OR_RETURN(Officer officer, ToOfficer(row));
    officers.push_back(std::move(officer));
  }
  return officers;
}

std::vector<pg::Param> OfficerStore::Params(const Officer& officer, absl::Time now) const {
  const domain::OfficerFields& fields = officer.fields;
  const std::string place = PlaceOf(officer);
  return {officer.district,
          officer.id,
          fields.display_name,
          static_cast<int>(fields.post),
          fields.certificate_number,
          fields.certificate_start,
          fields.certificate_end,
          fields.post_start,
          fields.post_end,
          box_.Seal(fields.contact.mobile, place, "mobile"),
          box_.Seal(fields.contact.email, place, "email"),
          fields.contact.webhook_uri,
          now,
          officer.version};
}

absl::Status OfficerStore::Insert(pg::Tx& tx, const Officer& officer, absl::Time now) const {
  return Taken(tx.Exec(kInsertOfficer, Params(officer, now)).status());
}

absl::Status OfficerStore::Update(pg::Tx& tx, const Officer& officer, absl::Time now) const {
  return Taken(tx.Exec(kUpdateOfficer, Params(officer, now)).status());
}

absl::StatusOr<Officer> OfficerStore::Lock(pg::Tx& tx, const std::string& district,
                                           const std::string& id) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockOfficer, {district, id}));
  if (rows.empty()) return NotFoundError(NameOf(district, "officers", id));
  return ToOfficer(rows[0]);
}

absl::StatusOr<std::vector<Officer>> OfficerStore::Read(pg::Tx& tx, const std::string& district,
                                                        const std::vector<std::string>& ids) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadOfficer, {district, ids}));
  return ToOfficers(rows);
}

absl::StatusOr<std::vector<Officer>> OfficerStore::InPost(pg::Tx& tx, const std::string& district,
                                                          const std::vector<domain::Post>& posts,
                                                          absl::CivilDay day) const {
  std::vector<int> numbers;
  numbers.reserve(posts.size());
  for (domain::Post post : posts) numbers.push_back(static_cast<int>(post));
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kInPost, {district, numbers, day}));
  return ToOfficers(rows);
}

absl::StatusOr<std::pair<std::vector<Officer>, std::string>> OfficerStore::List(
    pg::Tx& tx, const std::string& district, absl::string_view filter, int page_size,
    absl::string_view page_token) const {
  ASSIGN_OR_RETURN(query::ListQuery list, query::ListQuery::Build(OfficerSpec(), {district}, filter,
                                                                  page_size, page_token));
  absl::Status failure;
  ASSIGN_OR_RETURN(auto page, list.Run<Officer>(tx, [&](const pg::Row& row) {
    absl::StatusOr<Officer> officer = ToOfficer(row);
    if (!officer.ok()) failure = officer.status();
    return officer.ok() ? *std::move(officer) : Officer{};
  }));
  RETURN_IF_ERROR(failure);
  return page;
}

}  // namespace rectify::venue::store
