#include "services/followup_visits/store/draw_store.h"

#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/pg/column.h"
#include "libs/query/list_query.h"
#include "rectify/followup/v1/draw.pb.h"

namespace rectify::followup::store {
namespace {

using domain::Draw;
using domain::SeedHalf;

#define RECTIFY_DRAW_COLUMNS                                                           \
  "district, id, quarter, case_kinds::text[], streets, state, terms, commitment, "     \
  "public_value, sample_size, record_hash, abandon_reason, create_time, freeze_time, " \
  "finish_time, version"

constexpr pg::Statement kAddDraw = {"followup.add_draw", R"sql(
  insert into draws (district, id, quarter, case_kinds, streets, state, commitment, public_value,
                     sample_size, record_hash, abandon_reason, create_time, version)
  values ($1::text, $2::uuid, $3::text, $4::smallint[], $5::text[], 1, '', '', 0, '', '',
          $6::timestamptz, 1))sql"};

constexpr pg::Statement kGetDraw = {"followup.get_draw", "select " RECTIFY_DRAW_COLUMNS R"sql(
  from draws where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kLockDraw = {"followup.lock_draw", "select " RECTIFY_DRAW_COLUMNS R"sql(
  from draws where district = $1::text and id = $2::uuid for update)sql"};

constexpr pg::Statement kHalves = {"followup.seed_halves", R"sql(
  select draw_id, official, commitment, value, commit_time, reveal_time from seed_halves
   where district = $1::text and draw_id = any($2::uuid[]) order by draw_id, ordinal)sql"};

constexpr pg::Statement kTail = {"followup.draw_tail", R"sql(
  select number, record_hash, id, state from draws
   where district = $1::text and number is not null order by number desc limit 1)sql"};

constexpr pg::Statement kFreeze = {"followup.freeze_draw", R"sql(
  update draws set state = 2, number = $3::int, terms = $4::text, frame = $5::text,
         commitment = $6::text, freeze_time = $7::timestamptz, version = $8::bigint
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kAddHalves = {"followup.add_seed_halves", R"sql(
  insert into seed_halves (district, draw_id, ordinal, official, commitment, value)
  select $1::text, $2::uuid, n, official, '', ''
    from unnest($3::text[]) with ordinality as t(official, n))sql"};

constexpr pg::Statement kSaveHalves = {"followup.save_seed_halves", R"sql(
  update seed_halves h
     set commitment = t.commitment, value = t.value, commit_time = t.commit_time,
         reveal_time = t.reveal_time
    from unnest($3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
         as t(official, commitment, value, commit_time, reveal_time)
   where h.district = $1::text and h.draw_id = $2::uuid and h.official = t.official)sql"};

constexpr pg::Statement kSaveSeed = {"followup.save_seed", R"sql(
  update draws set public_value = $3::text, version = $4::bigint
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kFinish = {"followup.finish_draw", R"sql(
  update draws set state = $3::smallint, record = $4::bytea, record_hash = $5::text,
         sample_size = $6::int, abandon_reason = $7::text, finish_time = $8::timestamptz,
         version = $9::bigint
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kAddPlaces = {"followup.add_places", R"sql(
  insert into draw_places (district, draw_id, stratum, rank, unit_id, taken, visitors)
  select $1::text, $2::uuid, stratum, rank, unit_id, taken, string_to_array(visitors, ',')
    from unnest($3::text[], $4::int[], $5::uuid[], $6::boolean[], $7::text[])
         as t(stratum, rank, unit_id, taken, visitors))sql"};

constexpr pg::Statement kFrame = {"followup.draw_frame", R"sql(
  select frame from draws where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kRecord = {"followup.draw_record", R"sql(
  select record from draws
   where district = $1::text and id = $2::uuid and record is not null)sql"};

constexpr pg::Statement kRecordHash = {"followup.record_hash", R"sql(
  select record_hash from draws where district = $1::text and number = $2::int)sql"};

// A reserve may have been drawn by a later draw meanwhile, or visited.
constexpr pg::Statement kTakeReserve = {"followup.take_reserve", R"sql(
  update draw_places p set taken = true
   where p.district = $1::text and p.draw_id = $2::uuid and p.stratum = $3::text
     and p.rank = (select min(n.rank)
                     from draw_places n
                     join penalised_units u on u.district = n.district and u.id = n.unit_id
                    where n.district = $1::text and n.draw_id = $2::uuid
                      and n.stratum = $3::text and not n.taken and u.state = 1)
  returning unit_id, stratum, rank, visitors)sql"};

absl::Status Pending(const std::string& draw) {
  return PreconditionError("DRAW_PENDING",
                           {"上一次抽取已冻结但尚未完成：请先抽取或说明理由放弃",
                            "an earlier draw is frozen: draw it or abandon it first"},
                           {{"draw", draw}});
}

absl::StatusOr<Draw> ReadDraw(const pg::Row& row) {
  Draw draw;
  draw.district = row.Text(0);
  draw.id = row.Text(1);
  ASSIGN_OR_RETURN(draw.quarter, domain::ParseQuarter(row.Text(2), "quarter"));
  for (const std::string& text : row.TextArray(3)) {
    int kind = 0;
    if (absl::SimpleAtoi(text, &kind))
      draw.case_kinds.push_back(static_cast<domain::CaseKind>(kind));
  }
  draw.streets = row.TextArray(4);
  draw.state = static_cast<domain::DrawState>(row.Int(5));
  if (!row.IsNull(6)) {
    ASSIGN_OR_RETURN(draw.terms, domain::ReadTerms(row.Text(6)));
  }
  draw.commitment = row.Text(7);
  draw.public_value = row.Text(8);
  draw.sample_size = static_cast<int>(row.Int(9));
  draw.record_hash = row.Text(10);
  draw.abandon_reason = row.Text(11);
  draw.create_time = row.Time(12);
  draw.freeze_time = row.OptTime(13);
  draw.finish_time = row.OptTime(14);
  draw.version = row.Int(15);
  return draw;
}

absl::Status AddHalves(pg::Tx& tx, absl::string_view district, std::vector<Draw>& draws) {
  std::map<std::string, Draw*> by_id;
  for (Draw& draw : draws) by_id[draw.id] = &draw;
  ASSIGN_OR_RETURN(
      pg::Rows rows,
      tx.Exec(kHalves, {district, pg::Column(draws, [](const Draw& each) { return each.id; })}));
  for (pg::Row row : rows) {
    by_id.at(row.Text(0))
        ->halves.push_back(
            {{.official = row.Text(1), .commitment = row.Text(2), .value = row.Text(3)},
             row.OptTime(4),
             row.OptTime(5)});
  }
  return absl::OkStatus();
}

absl::StatusOr<Draw> OneDraw(pg::Tx& tx, const pg::Statement& statement, absl::string_view district,
                             absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(statement, {district, id}));
  if (rows.empty()) return NotFoundError(domain::DrawName(district, id));
  std::vector<Draw> draws(1);
  ASSIGN_OR_RETURN(draws[0], ReadDraw(rows[0]));
  RETURN_IF_ERROR(AddHalves(tx, district, draws));
  return std::move(draws[0]);
}

const query::ListSpec& DrawList() {
  using Kind = query::ListField::Kind;
  static const auto& spec = *new query::ListSpec{
      .name = "followup.list_draws",
      .columns = RECTIFY_DRAW_COLUMNS,
      .from = "draws where district = $1",
      .fields = {{"state", Kind::kEnum, "state = $?", v1::Draw::State_descriptor()},
                 {"quarter", Kind::kText, "quarter = $?"}},
      .order = {{"draws.create_time", "timestamptz"}, {"draws.id", "uuid"}},
      .descending = true};
  return spec;
}

}  // namespace

absl::Status AddDraw(pg::Tx& tx, const Draw& draw) {
  const auto kinds =
      pg::Column(draw.case_kinds, [](domain::CaseKind kind) { return static_cast<int>(kind); });
  return tx
      .Exec(kAddDraw,
            {draw.district, draw.id, draw.quarter.text(), kinds, draw.streets, draw.create_time})
      .status();
}

absl::StatusOr<Draw> GetDraw(pg::Tx& tx, absl::string_view district, absl::string_view id) {
  return OneDraw(tx, kGetDraw, district, id);
}

absl::StatusOr<Draw> LockDraw(pg::Tx& tx, absl::string_view district, absl::string_view id) {
  return OneDraw(tx, kLockDraw, district, id);
}

absl::StatusOr<std::pair<std::vector<Draw>, std::string>> ListDraws(pg::Tx& tx,
                                                                    absl::string_view district,
                                                                    absl::string_view filter,
                                                                    int page_size,
                                                                    absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery query,
                   query::ListQuery::Build(DrawList(), {district}, filter, page_size, page_token));
  ASSIGN_OR_RETURN(auto page, query.Run<absl::StatusOr<Draw>>(tx, ReadDraw));
  std::pair<std::vector<Draw>, std::string> draws;
  for (absl::StatusOr<Draw>& draw : page.first) {
    RETURN_IF_ERROR(draw.status());
    draws.first.push_back(*std::move(draw));
  }
  draws.second = std::move(page.second);
  RETURN_IF_ERROR(AddHalves(tx, district, draws.first));
  return draws;
}

absl::StatusOr<Tail> ReadTail(pg::Tx& tx, absl::string_view district) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kTail, {district}));
  if (rows.empty()) return Tail();
  if (rows[0].Int(3) == static_cast<int>(domain::DrawState::kFrozen)) {
    return Pending(domain::DrawName(district, rows[0].Text(2)));
  }
  return Tail{static_cast<int>(rows[0].Int(0)), rows[0].Text(1)};
}

absl::Status SaveFrozen(pg::Tx& tx, const Draw& draw, const std::vector<domain::FrameRow>& frame) {
  const absl::Status status =
      tx.Exec(kFreeze, {draw.district, draw.id, draw.terms->number, domain::WriteTerms(*draw.terms),
                        absl::StrJoin(pg::Column(frame, domain::FrameLine), "\n"), draw.commitment,
                        draw.freeze_time, draw.version})
          .status();
  if (pg::ConstraintOf(status) == "draws_district_number_uq" ||
      pg::ConstraintOf(status) == "draws_district_pending_uq") {
    return Pending("");
  }
  RETURN_IF_ERROR(status);
  return tx.Exec(kAddHalves, {draw.district, draw.id, draw.terms->officials}).status();
}

absl::Status SaveSeed(pg::Tx& tx, const Draw& draw) {
  RETURN_IF_ERROR(
      tx.Exec(kSaveSeed, {draw.district, draw.id, draw.public_value, draw.version}).status());
  using H = SeedHalf;
  return tx
      .Exec(kSaveHalves, {draw.district, draw.id,
                          pg::Column(draw.halves, [](const H& h) { return h.half.official; }),
                          pg::Column(draw.halves, [](const H& h) { return h.half.commitment; }),
                          pg::Column(draw.halves, [](const H& h) { return h.half.value; }),
                          pg::Column(draw.halves, [](const H& h) { return h.commit_time; }),
                          pg::Column(draw.halves, [](const H& h) { return h.reveal_time; })})
      .status();
}

absl::Status SaveFinished(pg::Tx& tx, const domain::FinishedDraw& finished) {
  const Draw& draw = finished.draw;
  RETURN_IF_ERROR(tx.Exec(kFinish, {draw.district, draw.id, static_cast<int>(draw.state),
                                    pg::Bytes{finished.record}, draw.record_hash, draw.sample_size,
                                    draw.abandon_reason, draw.finish_time, draw.version})
                      .status());
  if (finished.places.empty()) return absl::OkStatus();
  using P = domain::Place;
  const std::vector<P>& places = finished.places;
  return tx
      .Exec(kAddPlaces,
            {draw.district, draw.id, pg::Column(places, [](const P& p) { return p.stratum; }),
             pg::Column(places, [](const P& p) { return p.rank; }),
             pg::Column(places, [](const P& p) { return p.unit; }),
             pg::Column(places, [](const P& p) { return p.drawn; }),
             pg::Column(places, [](const P& p) { return absl::StrJoin(p.visitors, ","); })})
      .status();
}

absl::StatusOr<std::vector<domain::FrameRow>> ReadFrame(pg::Tx& tx, absl::string_view district,
                                                        absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kFrame, {district, id}));
  std::vector<domain::FrameRow> frame;
  if (rows.empty() || rows[0].IsNull(0)) return frame;
  const std::string text = rows[0].Text(0);
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    frame.push_back(domain::ParseFrameLine(line));
  }
  return frame;
}

absl::StatusOr<std::string> ReadRecord(pg::Tx& tx, absl::string_view district,
                                       absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kRecord, {district, id}));
  if (rows.empty()) return NotFoundError(domain::DrawName(district, id) + "/record");
  return rows[0].Bytes(0);
}

absl::StatusOr<std::string> RecordHashOf(pg::Tx& tx, absl::string_view district, int number) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kRecordHash, {district, number}));
  return rows.empty() ? std::string() : rows[0].Text(0);
}

absl::StatusOr<domain::Place> TakeReserve(pg::Tx& tx, absl::string_view district,
                                          absl::string_view draw, absl::string_view stratum) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kTakeReserve, {district, draw, stratum}));
  if (rows.empty()) {
    return PreconditionError("NO_RESERVE",
                             {"该抽样层已无候补对象", "no unit of the stratum is left"},
                             {{"stratum", std::string(stratum)}});
  }
  return domain::Place{.unit = rows[0].Text(0),
                       .stratum = rows[0].Text(1),
                       .rank = static_cast<int>(rows[0].Int(2)),
                       .drawn = true,
                       .visitors = rows[0].TextArray(3)};
}

}  // namespace rectify::followup::store
