#include "services/rectification_deadlines/store/order_deliberations.h"

#include <optional>

#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/store/names.h"

namespace rectify::deadline::store {
namespace {

using domain::Deliberation;
using domain::Order;

enum Act { kExtension = 1, kDecision = 2 };
enum Part { kParticipant = 1, kAbsent = 2, kRecused = 3 };

constexpr pg::Statement kLoadDeliberations = {"deadline.order_deliberations", R"sql(
  select order_id, act, act_position, meet_time, place, chair, minutes, carried
    from order_deliberations where district = $1 and order_id = any($2::uuid[]))sql"};

constexpr pg::Statement kLoadPeople = {"deadline.order_deliberation_people", R"sql(
  select order_id, act, act_position, part, officer, agrees, words
    from order_deliberation_people where district = $1 and order_id = any($2::uuid[])
   order by order_id, act, act_position, position)sql"};

constexpr pg::Statement kSaveDeliberations = {"deadline.save_order_deliberations", R"sql(
  insert into order_deliberations (district, order_id, act, act_position, meet_time, place, chair,
                                   minutes, carried)
  select $1, $2::uuid, act, act_position, meet_time, place, chair, minutes, carried
    from unnest($3::smallint[], $4::int[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
                $9::boolean[])
         as t(act, act_position, meet_time, place, chair, minutes, carried)
  on conflict do nothing)sql"};

constexpr pg::Statement kSavePeople = {"deadline.save_order_deliberation_people", R"sql(
  insert into order_deliberation_people (district, order_id, act, act_position, position, part,
                                         officer, agrees, words)
  select $1, $2::uuid, act, act_position, position, part, officer, agrees, words
    from unnest($3::smallint[], $4::int[], $5::int[], $6::smallint[], $7::text[], $8::boolean[],
                $9::text[])
         as t(act, act_position, position, part, officer, agrees, words)
  on conflict do nothing)sql"};

std::optional<Deliberation>& Of(Order& order, int64_t act, int64_t position) {
  return act == kExtension ? order.extensions.at(position - 1).deliberation
                           : order.decisions.at(position - 1).deliberation;
}

// The columns of both tables.
class Columns {
 public:
  void Add(Act act, size_t position, const std::optional<Deliberation>& deliberation) {
    if (!deliberation) return;
    const int at = static_cast<int>(position) + 1;
    acts_.push_back(act);
    positions_.push_back(at);
    times_.push_back(deliberation->meet_time);
    places_.push_back(deliberation->place);
    chairs_.push_back(deliberation->chair);
    minutes_.push_back(deliberation->minutes);
    carried_.push_back(deliberation->carried);
    int person = 0;
    for (const domain::Opinion& opinion : deliberation->participants) {
      AddPerson(act, at, ++person, kParticipant, opinion);
    }
    for (const domain::Absentee& absentee : deliberation->absentees) {
      AddPerson(act, at, ++person, kAbsent, {absentee.officer, false, absentee.reason});
    }
    for (const domain::Absentee& recusal : deliberation->recusals) {
      AddPerson(act, at, ++person, kRecused, {recusal.officer, false, recusal.reason});
    }
  }

  absl::Status Save(pg::Tx& tx, const NameParts& name) const {
    if (acts_.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(tx.Exec(kSaveDeliberations, {name.district, name.id, acts_, positions_, times_,
                                                 places_, chairs_, minutes_, carried_})
                        .status());
    return tx
        .Exec(kSavePeople, {name.district, name.id, person_acts_, person_positions_, numbers_,
                            parts_, officers_, agrees_, words_})
        .status();
  }

 private:
  void AddPerson(Act act, int position, int number, Part part, const domain::Opinion& person) {
    person_acts_.push_back(act);
    person_positions_.push_back(position);
    numbers_.push_back(number);
    parts_.push_back(part);
    officers_.push_back(person.officer);
    agrees_.push_back(person.agrees);
    words_.push_back(person.opinion);
  }

  std::vector<int> acts_, positions_, person_acts_, person_positions_, numbers_, parts_;
  std::vector<absl::Time> times_;
  std::vector<std::string> places_, chairs_, minutes_, officers_, words_;
  std::vector<bool> carried_, agrees_;
};

}  // namespace

absl::Status LoadDeliberations(pg::Tx& tx, absl::string_view district,
                               const std::map<std::string, Order*>& by_id) {
  std::vector<std::string> ids;
  for (const auto& [id, order] : by_id) {
    // Most orders have no turns.
    if (!order->extensions.empty() || !order->decisions.empty()) ids.push_back(id);
  }
  if (ids.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kLoadDeliberations, {district, ids}));
  for (const pg::Row row : rows) {
    Of(*by_id.at(row.Text(0)), row.Int(1), row.Int(2)) = Deliberation{.meet_time = row.Time(3),
                                                                      .place = row.Text(4),
                                                                      .chair = row.Text(5),
                                                                      .participants = {},
                                                                      .absentees = {},
                                                                      .recusals = {},
                                                                      .minutes = row.Text(6),
                                                                      .carried = row.Bool(7)};
  }
  ASSIGN_OR_RETURN(const pg::Rows people, tx.Exec(kLoadPeople, {district, ids}));
  for (const pg::Row row : people) {
    Deliberation& deliberation = *Of(*by_id.at(row.Text(0)), row.Int(1), row.Int(2));
    if (row.Int(3) == kParticipant) {
      deliberation.participants.push_back({row.Text(4), row.Bool(5), row.Text(6)});
    } else {
      (row.Int(3) == kAbsent ? deliberation.absentees : deliberation.recusals)
          .push_back({row.Text(4), row.Text(6)});
    }
  }
  return absl::OkStatus();
}

absl::Status SaveDeliberations(pg::Tx& tx, const Order& order) {
  Columns columns;
  for (size_t i = 0; i < order.extensions.size(); ++i) {
    columns.Add(kExtension, i, order.extensions[i].deliberation);
  }
  for (size_t i = 0; i < order.decisions.size(); ++i) {
    columns.Add(kDecision, i, order.decisions[i].deliberation);
  }
  return columns.Save(tx, SplitName(order.name));
}

}  // namespace rectify::deadline::store
