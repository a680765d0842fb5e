#include "services/cli/replay/summary.h"

#include <algorithm>
#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "rectify/event/v1/event_feed_service.pb.h"
#include "rectify/hazard/v1/hazard_service.pb.h"
#include "rectify/reminder/v1/reminder_service.pb.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"
#include "services/cli/output.h"

namespace rectify::cli {
namespace {

using Json = nlohmann::ordered_json;

class Summarizer {
 public:
  Summarizer(Connection& connection, const SummaryInput& input)
      : connection_(connection),
        input_(input),
        parent_("districts/" + input.district),
        reader_{"users/replay", {"REGISTRAR", "OPERATOR"}, input.district, {}} {}

  absl::StatusOr<Json> Run(const Receivers& receivers) {
    Json json;
    json["title"] = input_.title;
    json["first_day"] = FormatCivilDay(input_.first);
    json["last_day"] = FormatCivilDay(input_.last);
    ASSIGN_OR_RETURN(json["inspections"], Inspections());
    ASSIGN_OR_RETURN(json["findings"], Findings());
    ASSIGN_OR_RETURN(json["orders"], Orders());
    ASSIGN_OR_RETURN(json["clocks"], Clocks());
    ASSIGN_OR_RETURN(json["reminders"], Reminders());
    ASSIGN_OR_RETURN(json["deliveries"], Deliveries(receivers));
    ASSIGN_OR_RETURN(json["fallen_through"], FallenThrough());
    ASSIGN_OR_RETURN(json["events"], Events());
    return json;
  }

 private:
  // All items of a list rpc of `service`.
  template <typename Item, typename Response, typename Request, typename Items>
  absl::StatusOr<std::vector<Item>> All(const char* service, absl::string_view method,
                                        Items items) {
    Request request;
    request.set_parent(parent_);
    ASSIGN_OR_RETURN(const rpc::Client* client, connection_.ServiceAs(service, reader_));
    return ListAll<Item, Response>(*client, method, request, items);
  }

  absl::StatusOr<Json> Inspections() {
    using hazard::v1::ListInspectionsResponse;
    ASSIGN_OR_RETURN(
        auto all,
        (All<hazard::v1::Inspection, ListInspectionsResponse, hazard::v1::ListInspectionsRequest>(
            "hazard", "rectify.hazard.v1.HazardFindings.ListInspections",
            [](auto& r) { return r.mutable_inspections(); })));
    return Json{{"count", all.size()}};
  }

  absl::StatusOr<Json> Findings() {
    ASSIGN_OR_RETURN(auto all, (All<hazard::v1::Finding, hazard::v1::ListFindingsResponse,
                                    hazard::v1::ListFindingsRequest>(
                                   "hazard", "rectify.hazard.v1.HazardFindings.ListFindings",
                                   [](auto& r) { return r.mutable_findings(); })));
    std::map<int, int> by_state;
    for (const hazard::v1::Finding& finding : all) ++by_state[finding.state()];
    Json states = Json::object();
    for (const auto& [state, count] : by_state) {
      states[FindingStateLabel(static_cast<hazard::v1::Finding::State>(state))] = count;
    }
    return Json{{"count", all.size()}, {"by_state", states}};
  }

  absl::StatusOr<Json> Orders() {
    ASSIGN_OR_RETURN(auto all,
                     (All<deadline::v1::Order, deadline::v1::ListOrdersResponse,
                          deadline::v1::ListOrdersRequest>(
                         "deadline", "rectify.deadline.v1.RectificationDeadlines.ListOrders",
                         [](auto& r) { return r.mutable_orders(); })));
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return std::tie(a.document_number(), a.name()) < std::tie(b.document_number(), b.name());
    });
    Json rows = Json::array();
    for (const deadline::v1::Order& order : all) {
      int rectified = 0;
      for (const auto& item : order.items()) rectified += item.rectified() ? 1 : 0;
      rows.push_back({{"number", order.document_number()},
                      {"party", order.party()},
                      {"state", OrderStateLabel(order.state())},
                      {"served", TimeText(order.service().serve_time())},
                      {"items", order.items_size()},
                      {"rectified", rectified},
                      {"overdue", order.overdue()}});
    }
    return rows;
  }

  absl::StatusOr<Json> Clocks() {
    ASSIGN_OR_RETURN(auto all,
                     (All<deadline::v1::Clock, deadline::v1::ListClocksResponse,
                          deadline::v1::ListClocksRequest>(
                         "deadline", "rectify.deadline.v1.RectificationDeadlines.ListClocks",
                         [](auto& r) { return r.mutable_clocks(); })));
    struct Row {
      int in_time = 0, late = 0, running = 0, overdue = 0, cancelled = 0;
    };
    std::map<std::string, Row> rows;
    for (const deadline::v1::Clock& clock : all) {
      Row& row = rows[clock.title()];
      using State = deadline::v1::Clock::State;
      if (clock.state() == State::Clock_State_STATE_MET) {
        ++(clock.met_in_time() ? row.in_time : row.late);
      } else if (clock.state() == State::Clock_State_STATE_CANCELLED) {
        ++row.cancelled;
      } else {
        ++row.running;
        row.overdue += clock.overdue() ? 1 : 0;
      }
    }
    Json json = Json::object();
    for (const auto& [title, row] : rows) {
      json[title] = {{"met_in_time", row.in_time},
                     {"met_late", row.late},
                     {"running", row.running},
                     {"overdue", row.overdue},
                     {"cancelled", row.cancelled}};
    }
    return json;
  }

  absl::StatusOr<Json> Reminders() {
    ASSIGN_OR_RETURN(auto all, (All<reminder::v1::Reminder, reminder::v1::ListRemindersResponse,
                                    reminder::v1::ListRemindersRequest>(
                                   "reminder", "rectify.reminder.v1.ReminderDispatch.ListReminders",
                                   [](auto& r) { return r.mutable_reminders(); })));
    std::map<int, int> by_state;
    for (const reminder::v1::Reminder& reminder : all) {
      ++by_state[reminder.state()];
      using State = reminder::v1::Reminder::State;
      const bool waiting = reminder.state() == State::Reminder_State_STATE_PENDING;
      const bool on_its_way = reminder.state() == State::Reminder_State_STATE_CLAIMED ||
                              reminder.state() == State::Reminder_State_STATE_SENDING;
      if (on_its_way || (waiting && rpc::ToTime(reminder.due_time()) <= input_.now &&
                         rpc::ToTime(reminder.next_attempt_time()) <= input_.now)) {
        return absl::FailedPreconditionError(
            absl::StrCat("提醒 ", reminder.name(), " 已到期却没有结果"));
      }
    }
    Json states = Json::object();
    for (const auto& [state, count] : by_state) {
      states[ReminderStateLabel(static_cast<reminder::v1::Reminder::State>(state))] = count;
    }
    sent_ = by_state[reminder::v1::Reminder::STATE_SENT];
    return Json{{"count", all.size()}, {"by_state", states}};
  }

  absl::StatusOr<Json> Deliveries(const Receivers& receivers) {
    ASSIGN_OR_RETURN(auto all,
                     (All<reminder::v1::Delivery, reminder::v1::ListDeliveriesResponse,
                          reminder::v1::ListDeliveriesRequest>(
                         "reminder", "rectify.reminder.v1.ReminderDispatch.ListDeliveries",
                         [](auto& r) { return r.mutable_deliveries(); })));
    std::map<int, std::set<std::string>> ledger;
    int sent = 0;
    for (const reminder::v1::Delivery& delivery : all) {
      if (delivery.state() != reminder::v1::Delivery::STATE_SENT) continue;
      ++sent;
      ledger[delivery.channel()].insert(delivery.name().substr(delivery.name().rfind('/') + 1));
    }
    if (sent != sent_) {
      return absl::FailedPreconditionError(
          absl::StrCat("已发送提醒 ", sent_, " 条，台账却有 ", sent, " 条"));
    }
    Json json = Json::object();
    RETURN_IF_ERROR(
        Compare("邮件", ledger[reminder::v1::CHANNEL_EMAIL], receivers.maildir, ReadMaildir, json));
    RETURN_IF_ERROR(Compare("推送", ledger[reminder::v1::CHANNEL_WEBHOOK], receivers.webhook_log,
                            ReadWebhookLog, json));
    RETURN_IF_ERROR(Compare("书面通知", ledger[reminder::v1::CHANNEL_FILE], receivers.letters,
                            ReadLetters, json));
    return json;
  }

  absl::Status Compare(const char* label, const std::set<std::string>& ledger,
                       const std::string& place,
                       const std::function<absl::StatusOr<Arrived>(const std::string&)>& read,
                       Json& json) {
    json[label]["ledger"] = ledger.size();
    if (place.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(Arrived arrived, read(place));
    json[label]["arrived"] = arrived.ids.size();
    json[label]["doubled"] = arrived.doubled;
    if (arrived.ids == ledger) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(label, "：台账 ", ledger.size(), " 件，收到 ",
                                                      arrived.ids.size(), " 件，二者不一致"));
  }

  absl::StatusOr<Json> FallenThrough() {
    deadline::v1::ListFallenThroughRequest request;
    request.set_parent(parent_);
    ASSIGN_OR_RETURN(const rpc::Client* client, connection_.ServiceAs("deadline", reader_));
    ASSIGN_OR_RETURN(auto response,
                     client->Unary<deadline::v1::ListFallenThroughResponse>(
                         "rectify.deadline.v1.RectificationDeadlines.ListFallenThrough", request));
    if (!response.findings().empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat("隐患 ", response.findings(0), " 没有任何运行中的时限"));
    }
    return Json{{"midnights_checked", input_.midnights},
                {"findings", 0},
                {"open_findings", response.open_finding_count()}};
  }

  // A digest over all events in an order that does not depend on which service was faster.
  absl::StatusOr<Json> Events() {
    std::vector<std::string> lines;
    Json counts = Json::object();
    for (const char* source : kSources) {
      ASSIGN_OR_RETURN(const rpc::Client* client, connection_.ServiceAs(source, reader_));
      event::v1::ReadEventsRequest request;
      request.set_source(source);
      request.set_feed("internal");
      request.set_max_events(1000);
      while (true) {
        ASSIGN_OR_RETURN(auto page, client->Unary<event::v1::ReadEventsResponse>(
                                        "rectify.event.v1.EventFeed.ReadEvents", request));
        for (const event::v1::EventEnvelope& event : page.events()) {
          lines.push_back(absl::StrCat(event.occur_time().seconds(), "|", source, "|",
                                       event.aggregate(), "|", event.aggregate_version(), "|",
                                       event.type(), "|", event.payload()));
          request.set_after_position(event.position());
          request.set_after_epoch(event.epoch());
          request.set_after_chain(event.chain());
        }
        if (page.events().empty()) break;
      }
      counts[source] = request.after_position();
    }
    std::sort(lines.begin(), lines.end());
    std::string all;
    for (const std::string& line : lines) absl::StrAppend(&all, line, "\n");
    return Json{{"by_source", counts}, {"sha256", absl::BytesToHexString(crypto::Sha256(all))}};
  }

  Connection& connection_;
  const SummaryInput& input_;
  const std::string parent_;
  const rpc::Caller reader_;
  int sent_ = 0;
};

std::string Pairs(const Json& object) {
  std::string text;
  for (const auto& [key, value] : object.items()) {
    absl::StrAppend(&text, text.empty() ? "" : "，", key, " ", value.dump());
  }
  return text;
}

}  // namespace

absl::StatusOr<Json> Summarize(Connection& connection, const SummaryInput& input,
                               const Receivers& receivers) {
  return Summarizer(connection, input).Run(receivers);
}

std::string SummaryText(const Json& s, bool brief) {
  auto text_of = [](const Json& json) { return json.get<std::string>(); };
  std::string text = absl::StrCat(
      text_of(s["title"]), "  ", text_of(s["first_day"]), " 至 ", text_of(s["last_day"]),
      "\n\n检查 ", s["inspections"]["count"].dump(), " 次，隐患 ", s["findings"]["count"].dump(),
      " 项：", Pairs(s["findings"]["by_state"]), "\n\n");
  Table orders({"文号", "单位", "状态", "送达", "项", "已改", "逾期"});
  for (const Json& order : s["orders"]) {
    orders.Add({text_of(order["number"]), text_of(order["party"]), text_of(order["state"]),
                text_of(order["served"]), order["items"].dump(), order["rectified"].dump(),
                order["overdue"].get<bool>() ? "逾期" : ""});
  }
  if (brief) orders = Table({absl::StrCat("责令改正通知书 ", s["orders"].size(), " 份")});
  Table clocks({"法定时限", "按期", "逾期完成", "运行中", "其中已逾期", "取消"});
  for (const auto& [title, row] : s["clocks"].items()) {
    clocks.Add({title, row["met_in_time"].dump(), row["met_late"].dump(), row["running"].dump(),
                row["overdue"].dump(), row["cancelled"].dump()});
  }
  Table deliveries({"渠道", "台账", "实收", "重复"});
  for (const auto& item : s["deliveries"].items()) {
    const Json& row = item.value();
    auto cell = [&row](const char* key) { return row.contains(key) ? row[key].dump() : "未核对"; };
    deliveries.Add({item.key(), cell("ledger"), cell("arrived"), cell("doubled")});
  }
  absl::StrAppend(&text, orders.Text(), "\n", clocks.Text(), "\n提醒 ",
                  s["reminders"]["count"].dump(), " 条：", Pairs(s["reminders"]["by_state"]), "\n",
                  deliveries.Text(), "\n零点检查 ", s["fallen_through"]["midnights_checked"].dump(),
                  " 次，脱管隐患 ", s["fallen_through"]["findings"].dump(), " 项，在管隐患 ",
                  s["fallen_through"]["open_findings"].dump(), " 项\n事件：",
                  Pairs(s["events"]["by_source"]), "\n摘要 sha256 ", text_of(s["events"]["sha256"]),
                  "\n");
  return text;
}

}  // namespace rectify::cli
