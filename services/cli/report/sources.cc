#include "services/cli/report/sources.h"

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "libs/rpc/convert.h"
#include "rectify/event/v1/event_feed_service.pb.h"
#include "rectify/followup/v1/draw_service.pb.h"
#include "rectify/followup/v1/visit_service.pb.h"
#include "rectify/reminder/v1/reminder_service.pb.h"
#include "services/cli/list_all.h"
#include "services/cli/report/fold.h"

namespace rectify::cli {
namespace {

class FactReader {
 public:
  FactReader(Connection& connection, const std::string& district, absl::Time end)
      : connection_(connection), parent_("districts/" + district), district_(district), end_(end) {}

  absl::StatusOr<Facts> Run(const std::string& committee_token) {
    for (const char* source : kSources) RETURN_IF_ERROR(ReadFeed(source));
    RETURN_IF_ERROR(ReadReminders());
    if (!committee_token.empty()) RETURN_IF_ERROR(ReadCommittee(committee_token));
    return std::move(facts_);
  }

 private:
  absl::StatusOr<const rpc::Client*> Open(const std::string& service) {
    if (!connection_.options().token.empty()) return connection_.Service(service);
    return connection_.ServiceAs(service,
                                 {"users/report", {"REGISTRAR", "OPERATOR"}, district_, {}});
  }

  // Up to the first event that had not happened before the end: a prefix of the feed, which later
  // events can't change.
  absl::Status ReadFeed(const std::string& source) {
    ASSIGN_OR_RETURN(const rpc::Client* client, Open(source));
    event::v1::ReadEventsRequest request;
    request.set_source(source);
    request.set_feed("internal");
    request.set_max_events(1000);
    std::vector<std::string> lines;
    for (bool more = true; more;) {
      ASSIGN_OR_RETURN(auto page, client->Unary<event::v1::ReadEventsResponse>(
                                      "rectify.event.v1.EventFeed.ReadEvents", request));
      more = !page.events().empty();
      for (const event::v1::EventEnvelope& event : page.events()) {
        if (rpc::ToTime(event.occur_time()) >= end_) {
          more = false;
          break;
        }
        request.set_after_position(event.position());
        request.set_after_epoch(event.epoch());
        request.set_after_chain(event.chain());
        if (!IsOurs(event)) continue;
        lines.push_back(absl::StrCat(event.occur_time().seconds(), "|", event.aggregate(), "|",
                                     event.aggregate_version(), "|", event.type(), "|",
                                     event.payload()));
        RETURN_IF_ERROR(Fold(event, facts_));
      }
    }
    facts_.feeds[source] = {request.after_epoch(), request.after_position(),
                            absl::BytesToHexString(request.after_chain()), Digest(lines)};
    return absl::OkStatus();
  }

  // Feeds carry every district; what belongs to none, such as a calendar, concerns all.
  bool IsOurs(const event::v1::EventEnvelope& event) const {
    return !absl::StartsWith(event.aggregate(), "districts/") ||
           absl::StartsWith(event.aggregate(), parent_ + "/");
  }

  // Of what happened, whichever of two things of one instant was written first.
  static std::string Digest(std::vector<std::string>& lines) {
    std::sort(lines.begin(), lines.end());
    std::string all;
    for (const std::string& line : lines) absl::StrAppend(&all, line, "\n");
    return absl::BytesToHexString(crypto::Sha256(all));
  }

  // An outcome never changes, so the ledger as of a past day is what was settled by then.
  absl::Status ReadReminders() {
    ASSIGN_OR_RETURN(const rpc::Client* client, Open("reminder"));
    reminder::v1::ListRemindersRequest request;
    request.set_parent(parent_);
    ASSIGN_OR_RETURN(auto all,
                     (ListAll<reminder::v1::Reminder, reminder::v1::ListRemindersResponse>(
                         *client, "rectify.reminder.v1.ReminderDispatch.ListReminders", request,
                         [](auto& r) { return r.mutable_reminders(); })));
    for (const reminder::v1::Reminder& reminder : all) {
      if (!reminder.has_settle_time() || rpc::ToTime(reminder.settle_time()) >= end_) continue;
      facts_.reminders[reminder.name()] = {reminder.state(), rpc::ToTime(reminder.settle_time())};
    }
    return absl::OkStatus();
  }

  // The sealed service has no feed; its draws and visits never change once they are over.
  absl::Status ReadCommittee(const std::string& token) {
    ASSIGN_OR_RETURN(const rpc::Client* client, connection_.ServiceWith("followup", token));
    CommitteeFacts& facts = facts_.committee.emplace();
    followup::v1::ListDrawsRequest list_draws;
    list_draws.set_parent(parent_);
    ASSIGN_OR_RETURN(auto draws, (ListAll<followup::v1::Draw, followup::v1::ListDrawsResponse>(
                                     *client, "rectify.followup.v1.FollowupDraws.ListDraws",
                                     list_draws, [](auto& r) { return r.mutable_draws(); })));
    for (const followup::v1::Draw& draw : draws) {
      if (!draw.has_finish_time() || rpc::ToTime(draw.finish_time()) >= end_) continue;
      facts.draws[draw.name()] = {draw.quarter(),
                                  draw.state() == followup::v1::Draw::STATE_ABANDONED,
                                  rpc::ToTime(draw.finish_time())};
    }
    followup::v1::ListVisitsRequest list_visits;
    list_visits.set_parent(parent_);
    ASSIGN_OR_RETURN(auto visits, (ListAll<followup::v1::Visit, followup::v1::ListVisitsResponse>(
                                      *client, "rectify.followup.v1.FollowupVisits.ListVisits",
                                      list_visits, [](auto& r) { return r.mutable_visits(); })));
    for (const followup::v1::Visit& visit : visits) {
      if (rpc::ToTime(visit.create_time()) >= end_) continue;
      const bool made = visit.has_visit_time() && rpc::ToTime(visit.visit_time()) < end_;
      facts.visits[visit.name()] = {visit.draw(),
                                    visit.state() == followup::v1::Visit::STATE_DONE && !made
                                        ? followup::v1::Visit::STATE_PLANNED
                                        : visit.state()};
    }
    return absl::OkStatus();
  }

  Connection& connection_;
  const std::string parent_;
  const std::string& district_;
  const absl::Time end_;
  Facts facts_;
};

}  // namespace

absl::StatusOr<Facts> ReadFacts(Connection& connection, const std::string& district, absl::Time end,
                                const std::string& committee_token) {
  return FactReader(connection, district, end).Run(committee_token);
}

}  // namespace rectify::cli
