// What follows when a hazard outlives its term: decided, carried out or given up.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/resource_name.h"
#include "services/rectification_deadlines/api/convert_turns.h"
#include "services/rectification_deadlines/api/handlers.h"
#include "services/rectification_deadlines/api/order_command.h"
#include "services/rectification_deadlines/events/journal.h"
#include "services/rectification_deadlines/events/turn_payloads.h"
#include "services/rectification_deadlines/store/names.h"

namespace rectify::deadline::api {
namespace {

using domain::Order;
using domain::Trigger;
using ::rectify::events::Change;
using ::rectify::events::kDiscipline;
using rpc::Call;

absl::Status TellClocks(Context& context, Change& change, const Order& order, Trigger trigger,
                        domain::NextInstrument instrument) {
  domain::Occurrence occurrence{.trigger = trigger, .time = change.now()};
  occurrence.instrument = instrument;
  return context.clocks.Tell(change, domain::SubjectAfterNext(order), {occurrence});
}

absl::StatusOr<v1::Order> DecideNextInstrument(Context& context, const Call& call,
                                               const v1::DecideNextInstrumentRequest& request) {
  const auto instrument = static_cast<domain::NextInstrument>(request.instrument());
  domain::NextChoice choice{instrument, request.reason(), request.reference(), ""};
  if (request.has_deliberation()) choice.deliberation = ToDeliberation(request.deliberation());
  RETURN_IF_ERROR(
      RequireKnownPeople(context, call, rpc::DistrictOf(request.name()), choice.deliberation));
  const domain::Signer signer = SignerOf(call.caller);
  return RunVerb(
      context, call, request.name(), request.etag(), OfficerOrRank,
      [&](Change& change, Order order) -> absl::StatusOr<Order> {
        choice.second_order =
            store::OrderName(store::SplitName(order.name).district, change.NewId("order/second"));
        ASSIGN_OR_RETURN(
            domain::NextDecided decided,
            domain::DecideNext(std::move(order), choice, signer, context.policy, change.now()));
        const std::string& title = context.policy.FindInstrument(instrument)->title;
        events::Note note{"DecideNextInstrument",
                          absl::StrCat("逾期未改，决定", title),
                          {{"decider", signer.name}, {"reason", request.reason()}}};
        events::NoteDeliberation(decided.order.decisions.back().deliberation, note);
        events::JournalOrder(change, decided.order, std::move(note),
                             events::ToInstrumentDecided(decided.order), kDiscipline);
        RETURN_IF_ERROR(
            TellClocks(context, change, decided.order, Trigger::kNextDecided, instrument));
        if (decided.second) {
          RETURN_IF_ERROR(DraftFurther(
              context, change, *decided.second,
              absl::StrCat("逾期未改，再次责令改正（前次 ", decided.order.document_number, "）")));
        }
        return std::move(decided.order);
      });
}

absl::StatusOr<v1::Order> ConcludeInstrument(Context& context, const Call& call,
                                             const v1::ConcludeInstrumentRequest& request) {
  const domain::Conclusion conclusion = ToConclusion(request);
  return RunVerb(
      context, call, request.name(), request.etag(), OfficerOrRank,
      [&](Change& change, Order order) -> absl::StatusOr<Order> {
        ASSIGN_OR_RETURN(order, domain::Conclude(std::move(order), conclusion, change.now()));
        const domain::InstrumentRule* rule = context.policy.FindInstrument(conclusion.instrument);
        events::JournalOrder(change, order,
                             {"ConcludeInstrument",
                              absl::StrCat(rule == nullptr ? "后续处置" : rule->title,
                                           conclusion.dropped ? "终止" : "办结"),
                              {{"outcome", conclusion.outcome}}},
                             events::ToInstrumentConcluded(order, conclusion), kDiscipline);
        RETURN_IF_ERROR(
            TellClocks(context, change, order, Trigger::kNextConcluded, conclusion.instrument));
        return order;
      });
}

absl::StatusOr<v1::Order> RecordPenalty(Context& context, const Call& call,
                                        const v1::RecordPenaltyRequest& request) {
  const domain::Penalty penalty = ToPenalty(request);
  ASSIGN_OR_RETURN(const domain::Officers officers,
                   FindOfficers(context, call, rpc::DistrictOf(request.name()), penalty.officers));
  return RunVerb(
      context, call, request.name(), request.etag(), OneOfItsOfficers,
      [&](Change& change, Order order) -> absl::StatusOr<Order> {
        ASSIGN_OR_RETURN(order,
                         domain::RecordPenalty(std::move(order), penalty, officers, change.now()));
        events::JournalOrder(
            change, order,
            {"RecordPenalty", absl::StrCat("登记处罚决定 ", penalty.decision_number, "（",
                                           FormatCivilDay(penalty.decision_date), "）")},
            events::ToPenaltyRecorded(order, penalty), kDiscipline);
        RETURN_IF_ERROR(TellClocks(context, change, order, Trigger::kNextConcluded,
                                   domain::NextInstrument::kPenaltyCase));
        return order;
      });
}

}  // namespace

void RegisterNextInstrumentRpcs(const std::shared_ptr<Context>& context) {
  RegisterUnary(context, "DecideNextInstrument", DecideNextInstrument, kOrderLife);
  RegisterUnary(context, "ConcludeInstrument", ConcludeInstrument, kOrderLife);
  RegisterUnary(context, "RecordPenalty", RecordPenalty, kOrderLife);
}

}  // namespace rectify::deadline::api
